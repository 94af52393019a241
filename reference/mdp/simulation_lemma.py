"""What a wrong model does to a value."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, solve
from ..domain import domain
from ..policy_evaluation import bellman_matrix, policy_transition, state_values
from ..tabular_mdp import TabularMDP

__all__ = ["model_value_difference"]


@domain(model="one", mdp="one", policy="one")
def model_value_difference(model: TabularMDP, mdp: TabularMDP, policy: Array) -> Array:
    """V_P̂ − V_P = γ (I − γ P̂_π)⁻¹ (P̂_π − P_π) V_P, ``[S]``: ``model`` has P̂, ``mdp`` has P.

    The simulation lemma: Kearns and Singh (2002), "Near-optimal reinforcement learning in polynomial time", lemma 4;
    as an equation in Agarwal, Jiang, Kakade and Sun (2019), lemma 2.2.

    Raises
    ------
    ValueError: the two processes differ in more than their transitions.
    """
    for name in ("reward", "discount"):
        if np.any(getattr(model, name) != getattr(mdp, name)):
            raise ValueError(f"the two processes differ in {name}; the lemma compares transitions only")
    surprise = (policy_transition(model, policy) - policy_transition(mdp, policy)) @ state_values(mdp, policy)
    return solve(bellman_matrix(model, policy), mdp.discount * surprise)
