"""The lower bound that minorise–maximise climbs."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..surrogate import surrogate_performance
from ..tabular_mdp import TabularMDP, validate_policy
from .distances import maximal_kl
from .total_variation_bound import largest_advantage

__all__ = ["kl_penalty", "minorizer", "penalty_coefficient", "step_limit"]


def penalty_coefficient(mdp: TabularMDP, old: Array) -> Scalar:
    """C = 4εγ/(1−γ)², ε = max_{s,a} |A_old(s, a)| (Schulman et al., 2015, eq. 9)."""
    return 4 * largest_advantage(mdp, old) * mdp.discount / (1 - mdp.discount) ** 2


def kl_penalty(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ ½ C D_KL^max(π_old, π_new), half the penalty of eq. 9, by Pinsker's inequality.

    +∞ where a divergence is infinite, but 0 where C = 0: then nothing is left out. The other direction of the
    divergence, ``kl_penalty`` with D_KL^max(π_new, π_old), does as well. Theorem 1 of Schulman et al. (2015).
    """
    coefficient = penalty_coefficient(mdp, old)
    return coefficient if coefficient == 0 else coefficient * maximal_kl(old, validate_policy(mdp, new)) / 2


def minorizer(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """M_old(π_new) = L_old(π_new) − C D_KL^max(π_old, π_new) ≤ η(π_new), with equality at π_new = π_old.

    −∞ where a divergence is infinite and C > 0. Schulman et al. (2015), eq. 10.
    """
    return surrogate_performance(mdp, old, new) - 2 * kl_penalty(mdp, old, new)


@domain(discount="(0, 1)")
def step_limit(discount: Scalar) -> Scalar:
    """M_old(π_new) ≥ η(π_old) only if max_s TV(π_old, π_new) ≤ (1−γ)/(4γ): the steps that M accepts are this small.

    L − η(π_old) ≤ 2εα/(1−γ) and C D_KL^max ≥ 8εγα²/(1−γ)² (elementary). Needs ε > 0.

    Raises
    ------
    ValueError: γ = 0, where C = 0 and every step is allowed.
    """
    return (1 - discount) / (4 * discount)
