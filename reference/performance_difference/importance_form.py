"""The performance difference with actions drawn from the old policy."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..policy_evaluation import advantages
from ..tabular_mdp import TabularMDP
from ..visitation import unnormalised_visitation
from .importance_ratio import importance_ratio

__all__ = ["importance_weighted_difference"]


def importance_weighted_difference(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """(1−γ)⁻¹ E_{s ~ d_new, a ~ π_old}[π_new(a|s)/π_old(a|s) A_old(s, a)] = η(new) − η(old).

    Only the actions are reweighted: the states are still those of the new policy. Schulman et al. (2015), eq. 13,
    with ρ_new in place of ρ_old.

    Raises
    ------
    MissingSupportError: the new policy takes an action that the old one never takes.
    """
    weighted = old * importance_ratio(mdp, old, new) * advantages(mdp, old)
    return (unnormalised_visitation(mdp, new) * weighted.sum(axis=-1)).sum(axis=-1)
