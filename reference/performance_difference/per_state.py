"""The performance difference from every state."""

from __future__ import annotations

from ..arithmetic import Array, solve
from ..policy_evaluation import bellman_matrix
from ..tabular_mdp import TabularMDP
from .expected_advantage import expected_advantage

__all__ = ["value_difference"]


def value_difference(mdp: TabularMDP, old: Array, new: Array) -> Array:
    """V_new − V_old = (I − γ P_new)⁻¹ Ā, Ā(s) = Σₐ π_new(a|s) A_old(s, a), ``[..., S]``, reachable states or not.

    Puterman (1994), proposition 6.4.1, in the proof that policy iteration improves.
    """
    return solve(bellman_matrix(mdp, new), expected_advantage(mdp, old, new))
