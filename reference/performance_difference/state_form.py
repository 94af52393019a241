"""The performance difference as a sum over states."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..tabular_mdp import TabularMDP
from ..visitation import unnormalised_visitation
from .expected_advantage import expected_advantage

__all__ = ["performance_difference"]


def performance_difference(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """η(new) − η(old) = Σ_s ρ_new(s) Σₐ π_new(a|s) A_old(s, a) = (1−γ)⁻¹ E_{s ~ d_new, a ~ π_new}[A_old(s, a)].

    ρ and d are those of the *new* policy; any two policies will do. Kakade and Langford (2002), lemma 6.1; Schulman
    et al. (2015), eq. 2.
    """
    return (unnormalised_visitation(mdp, new) * expected_advantage(mdp, old, new)).sum(axis=-1)
