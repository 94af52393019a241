"""The trust-region bound with averages over the old policy's states in place of maxima."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, sqrt
from ..conservative_policy_iteration import partner_advantage
from ..extrema import largest
from ..kl import mean_kl
from ..performance_difference import expected_advantage
from ..tabular_mdp import TabularMDP
from .distances import maximal_total_variation, mean_total_variation

__all__ = [
    "advantage_span",
    "mean_kl_penalty",
    "mean_total_variation_penalty",
    "mean_visitation_shift",
    "span_penalty",
    "uniform_span_penalty",
]


def mean_visitation_shift(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """‖d_new − d_old‖₁ ≤ 2γ/(1−γ) E_{s ~ d_old} TV(π_old, π_new) (Achiam et al., 2017, lemma 3)."""
    return 2 * mdp.discount / (1 - mdp.discount) * mean_total_variation(mdp, old, new)


def mean_total_variation_penalty(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ 2γε'/(1−γ)² E_{s ~ d_old} TV, ε' = max_s |Σₐ π_new(a|s) A_old(s, a)|.

    Achiam, Held, Tamar and Abbeel (2017), corollary 1.
    """
    return _coefficient(mdp) * partner_advantage(mdp, old, new) * mean_total_variation(mdp, old, new)


def mean_kl_penalty(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ √2 γε'/(1−γ)² √(E_{s ~ d_old} KL(π_old‖π_new)), by Pinsker and Jensen.

    Of first order in the step times ε', itself of first order. +∞ where the divergence is, but 0 where γε' = 0.
    Achiam et al. (2017), corollary 3.
    """
    coefficient = _coefficient(mdp) * partner_advantage(mdp, old, new)
    return coefficient if coefficient == 0 else coefficient * sqrt(np.asarray(mean_kl(mdp, old, new) / 2))[()]


def advantage_span(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """ΔĀ = max_s Ā(s) − min_s Ā(s) ≤ 2ε', Ā(s) = Σₐ π_new(a|s) A_old(s, a) (Pirotta et al., 2013, section 3)."""
    gain = expected_advantage(mdp, old, new)
    return np.asarray(largest(gain) + largest(-gain))[()]


def span_penalty(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ γ/(1−γ)² ΔĀ E_{s ~ d_old} TV(π_old, π_new).

    As ``mean_total_variation_penalty``, and sharper: Σ_s (d_new − d_old)(s) = 0, so a constant in Ā drops out.
    Pirotta et al. (2013), section 3, with the mean distance of Achiam et al. (2017).
    """
    return _coefficient(mdp) / 2 * advantage_span(mdp, old, new) * mean_total_variation(mdp, old, new)


def uniform_span_penalty(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ γ/(2(1−γ)²) ‖π_new − π_old‖_∞ ΔĀ, the norm max_s Σₐ |·| = 2 max_s TV.

    Pirotta, Restelli, Pecorino and Calandriello (2013), "Safe policy iteration", section 3.
    """
    return _coefficient(mdp) / 2 * advantage_span(mdp, old, new) * maximal_total_variation(old, new)


def _coefficient(mdp: TabularMDP) -> Scalar:
    return 2 * mdp.discount / (1 - mdp.discount) ** 2
