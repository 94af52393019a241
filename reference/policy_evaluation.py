"""Values of a policy by one linear solve."""

from __future__ import annotations

import numpy as np

from .arithmetic import Array, Scalar, convert, solve
from .tabular_mdp import TabularMDP, validate_policy

__all__ = [
    "action_values",
    "advantages",
    "performance",
    "policy_reward",
    "policy_transition",
    "state_values",
]


def policy_transition(mdp: TabularMDP, policy: Array) -> Array:
    """P_π(s'|s) = Σₐ π(a|s) P(s'|s, a), ``[..., S, S]`` (Puterman, 1994, section 5.6)."""
    return np.asarray(np.einsum("...sa,...sat->...st", validate_policy(mdp, policy), mdp.transition))


def policy_reward(mdp: TabularMDP, policy: Array) -> Array:
    """r_π(s) = Σₐ π(a|s) r(s, a), ``[..., S]`` (Puterman, 1994, section 5.6)."""
    return np.asarray((validate_policy(mdp, policy) * mdp.reward).sum(axis=-1))


def state_values(mdp: TabularMDP, policy: Array) -> Array:
    """V^π = (I − γ P_π)⁻¹ r_π, ``[..., S]`` (Puterman, 1994, theorem 6.1.1)."""
    return solve(bellman_matrix(mdp, policy), policy_reward(mdp, policy))


def action_values(mdp: TabularMDP, policy: Array) -> Array:
    """Q^π(s, a) = r(s, a) + γ Σ_s' P(s'|s, a) V^π(s'), ``[..., S, A]`` (Sutton and Barto, 2018, eq. 4.6)."""
    return _backup(mdp, state_values(mdp, policy))


def advantages(mdp: TabularMDP, policy: Array) -> Array:
    """A^π(s, a) = Q^π(s, a) − V^π(s), ``[..., S, A]``; Σₐ π(a|s) A^π(s, a) = 0 at every state (Baird, 1993)."""
    values = state_values(mdp, policy)
    return np.asarray(_backup(mdp, values) - values[..., None])


def performance(mdp: TabularMDP, policy: Array) -> Scalar:
    """η(π) = E[Σ_t γ^t r_t | s₀ ~ μ, a ~ π] = Σ_s μ(s) V^π(s).

    Kakade and Langford (2002), section 2, where it is (1−γ) times as large.
    """
    return (mdp.initial * state_values(mdp, policy)).sum(axis=-1)


def bellman_matrix(mdp: TabularMDP, policy: Array) -> Array:
    """I − γ P_π, ``[..., S, S]``; regular for γ < 1, its ∞-norm condition number at most (1+γ)/(1−γ)."""
    identity = convert(np.eye(mdp.states, dtype=int), mdp.arithmetic)
    return np.asarray(identity - _column(mdp.discount, 2) * policy_transition(mdp, policy))


def _backup(mdp: TabularMDP, values: Array) -> Array:
    return np.asarray(mdp.reward + _column(mdp.discount, 2) * np.einsum("...sat,...t->...sa", mdp.transition, values))


def _column(discount: Scalar, axes: int) -> Array:
    return np.asarray(discount)[(..., *([None] * axes))]
