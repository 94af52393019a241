"""How far a performance difference may be off in float64."""

from __future__ import annotations

from ...invariants.mdps import TwoPolicies
from ..mdp.rounding import value_error, value_range, visitation_error

__all__ = ["difference_bound", "value_difference_bound"]


def difference_bound(case: TwoPolicies) -> float:
    """‖δρ‖₁ ‖Ā‖∞ + ‖ρ‖₁ ‖δĀ‖∞ and 2(S + A + 4) roundings, where ‖Ā‖∞ ≤ 2 max|r|/(1−γ) and ‖δĀ‖∞ ≤ 2‖δV‖∞."""
    mdp = case.mdp
    rounding = 2 * (mdp.states + mdp.actions + 4) * 2.0**-51 * value_range(mdp)
    horizon = float(1 / (1 - mdp.discount))
    return 2 * value_range(mdp) * visitation_error(mdp) + horizon * (2 * value_error(mdp) + rounding)


def value_difference_bound(case: TwoPolicies) -> float:
    """‖δĀ‖∞/(1−γ) and the solve, whose right side is at most twice as large as a reward's may be, over 1−γ."""
    mdp = case.mdp
    rounding = 2 * (mdp.states + mdp.actions + 4) * 2.0**-51 * value_range(mdp)
    horizon = float(1 / (1 - mdp.discount))
    return horizon * (2 * value_error(mdp) + rounding) + 2 * horizon * value_error(mdp)
