"""Where a policy spends its discounted time."""

from __future__ import annotations

import numpy as np

from .arithmetic import Array, solve
from .policy_evaluation import bellman_matrix
from .tabular_mdp import TabularMDP

__all__ = ["unnormalised_visitation", "visitation"]


def unnormalised_visitation(mdp: TabularMDP, policy: Array) -> Array:
    """ρ_π(s) = Σ_t γ^t P(s_t = s), the solution of (I − γ P_πᵀ) ρ = μ; sums to 1/(1−γ). ``[..., S]``.

    Schulman et al. (2015), section 2; as a linear system, Puterman (1994), section 6.9.
    """
    return solve(np.swapaxes(bellman_matrix(mdp, policy), -1, -2), mdp.initial)


def visitation(mdp: TabularMDP, policy: Array) -> Array:
    """d_π = (1−γ) ρ_π, the normalised discounted visitation distribution; sums to 1. ``[..., S]``.

    Kakade and Langford (2002), section 2; Agarwal, Jiang, Kakade and Sun (2019), section 1.1.
    """
    return np.asarray((1 - np.asarray(mdp.discount)[..., None]) * unnormalised_visitation(mdp, policy))
