"""The surrogate of a policy's performance, in the normalisations that the literature uses."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..performance_difference import expected_advantage, importance_ratio
from ..policy_evaluation import advantages, performance
from ..tabular_mdp import TabularMDP
from ..visitation import unnormalised_visitation, visitation

__all__ = ["importance_weighted_surrogate", "mean_surrogate_advantage", "surrogate_advantage", "surrogate_performance"]


def surrogate_performance(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """L_old(new) = η(old) + Σ_s ρ_old(s) Σₐ π_new(a|s) A_old(s, a): as η(new), but where the *old* policy goes.

    Schulman et al. (2015), "Trust region policy optimization", eq. 3; ρ = d/(1−γ).
    """
    return performance(mdp, old) + surrogate_advantage(mdp, old, new)


def surrogate_advantage(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """L_old(new) − η(old) = Σ_s ρ_old(s) Ā(s), 0 where the two policies are the same (Schulman et al., 2015, eq. 3)."""
    return (unnormalised_visitation(mdp, old) * expected_advantage(mdp, old, new)).sum(axis=-1)


def mean_surrogate_advantage(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """E_{s ~ d_old}[Ā(s)] = (1−γ)(L_old(new) − η(old)), the average that PPO takes (Schulman et al., 2017, eq. 6)."""
    return (visitation(mdp, old) * expected_advantage(mdp, old, new)).sum(axis=-1)


def importance_weighted_surrogate(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """(1−γ)⁻¹ E_{s ~ d_old, a ~ π_old}[π_new(a|s)/π_old(a|s) A_old(s, a)] = L_old(new) − η(old).

    Schulman et al. (2015), eq. 13 and 14.

    Raises
    ------
    MissingSupportError: the new policy takes an action that the old one never takes.
    """
    weighted = np.asarray(old * importance_ratio(mdp, old, new) * advantages(mdp, old))
    return (unnormalised_visitation(mdp, old) * weighted.sum(axis=-1)).sum(axis=-1)
