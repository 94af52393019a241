"""How far float64 may be off in a tabular process: derived from the conditioning of I − γP_π."""

from __future__ import annotations

import numpy as np

from ...reference.tabular_mdp import TabularMDP

__all__ = ["value_error", "value_range", "visitation_error"]

UNIT = 2.0**-53


def value_range(mdp: TabularMDP) -> float:
    """max|r|/(1−γ), which no value exceeds."""
    return float(np.abs(mdp.reward).max() / (1 - mdp.discount))


def value_error(mdp: TabularMDP) -> float:
    """‖V̂ − V‖∞ ≤ 2u (6S³ + 2A + 8) κ max|r|/(1−γ), κ = (1+γ)/(1−γ) ≥ cond(I − γP_π).

    Gaussian elimination solves a system within 6S³u of the one given, since elements grow at most twofold on a
    diagonally dominant matrix (Higham, 2002, theorem 9.5 and section 9.5); P_π and r_π are sums of A products,
    rounded A + 1 times, and I − γP_π twice more. The factor 2 pays for all terms of second order.
    """
    return _solve_constant(mdp) * value_range(mdp)


def visitation_error(mdp: TabularMDP) -> float:
    """‖ρ̂ − ρ‖₁ ≤ 2u (6S³ + 2A + 8) κ/(1−γ): the same matrix transposed, and ‖ρ‖₁ = 1/(1−γ)."""
    return float(_solve_constant(mdp) / (1 - mdp.discount))


def _solve_constant(mdp: TabularMDP) -> float:
    condition = (1 + mdp.discount) / (1 - mdp.discount)
    return float(2 * UNIT * (6 * mdp.states**3 + 2 * mdp.actions + 8) * condition)
