"""The step that conservative policy iteration can take without fear."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..surrogate import surrogate_advantage
from ..tabular_mdp import TabularMDP
from .improvement_bound import partner_advantage

__all__ = ["guaranteed_step"]


def guaranteed_step(mdp: TabularMDP, old: Array, partner: Array) -> tuple[Scalar, Scalar]:
    """(α, gain): α = min(1, (1−γ)² 𝔸 / (4εγ)), and η(π_new) − η(π_old) ≥ α𝔸 − 2εγα²/(1−γ)² = gain ≥ 0.

    𝔸 = Σ_s ρ_old(s) Σₐ π'(a|s) A_old(s, a), unnormalised, and ε = max_s |Σₐ π'(a|s) A_old(s, a)|. Where α < 1, the
    gain is (1−γ)² 𝔸² / (8εγ). A partner with 𝔸 ≤ 0 promises nothing: α = gain = 0. Kakade and Langford (2002),
    corollary 4.2, written there with R ≥ (1−γ) ε in place of ε.
    """
    slope, one = surrogate_advantage(mdp, old, partner), mdp.discount**0
    if not slope > 0:
        return 0 * one, 0 * one
    curvature = 4 * partner_advantage(mdp, old, partner) * mdp.discount / (1 - mdp.discount) ** 2
    alpha = one if not curvature > slope else slope / curvature
    return alpha, alpha * slope - curvature * alpha**2 / 2
