"""What the surrogate leaves out."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..performance_difference import expected_advantage
from ..performance_difference.per_state import value_difference
from ..policy_evaluation import policy_transition
from ..tabular_mdp import TabularMDP
from ..visitation import unnormalised_visitation

__all__ = ["second_order_gap", "surrogate_gap"]


def surrogate_gap(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """η(new) − L_old(new) = Σ_s (ρ_new(s) − ρ_old(s)) Ā(s): the price of ignoring the change of visitation.

    Schulman et al. (2015), eq. 2 less eq. 3.
    """
    moved = unnormalised_visitation(mdp, new) - unnormalised_visitation(mdp, old)
    return (moved * expected_advantage(mdp, old, new)).sum(axis=-1)


@domain(mdp="one", old="one", new="one")
def second_order_gap(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """γ ρ_oldᵀ (P_new − P_old)(V_new − V_old), the same gap as a product of two changes.

    From ρ_new − ρ_old = γ (I − γ P_newᵀ)⁻¹ (P_new − P_old)ᵀ ρ_old: along a mixture (1−α) old + α π, it is O(α²).
    """
    change = policy_transition(mdp, new) - policy_transition(mdp, old)
    return mdp.discount * (unnormalised_visitation(mdp, old) @ change @ value_difference(mdp, old, new))
