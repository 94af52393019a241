"""The best that the surrogate can be (Kakade and Langford, 2002, section 4)."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..policy_evaluation import advantages, performance
from ..tabular_mdp import TabularMDP, validate_policy
from ..visitation import unnormalised_visitation

__all__ = ["maximises_surrogate", "surrogate_maximum"]


@domain(mdp="one", old="one")
def surrogate_maximum(mdp: TabularMDP, old: Array) -> Scalar:
    """max_π L_old(π) = η(old) + Σ_s ρ_old(s) maxₐ A_old(s, a), over all policies."""
    best = np.maximum.reduce(advantages(mdp, old), axis=-1)
    return performance(mdp, old) + unnormalised_visitation(mdp, old) @ best


@domain(mdp="one", old="one", policy="one")
def maximises_surrogate(mdp: TabularMDP, old: Array, policy: Array) -> bool:
    """Whether π takes only actions of argmaxₐ A_old(s, a) wherever ρ_old(s) > 0; elsewhere, and among ties, it is free.

    That is, whether L_old(π) is the maximum. In float64, ties are those of the rounded advantages.
    """
    table, gain = validate_policy(mdp, policy), advantages(mdp, old)
    worse = gain < np.maximum.reduce(gain, axis=-1, keepdims=True)
    visited = unnormalised_visitation(mdp, old) > 0
    return not np.any(visited[:, None] & worse & (table > 0))
