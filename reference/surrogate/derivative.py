"""Derivatives of the performance and of the surrogate along a direction in policy space."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, convert, is_finite, solve
from ..domain import domain
from ..policy_evaluation import advantages, bellman_matrix, policy_reward
from ..tabular_mdp import TabularMDP, refuse_where, validate_policy
from ..visitation import unnormalised_visitation

__all__ = [
    "InvalidDirectionError",
    "performance_derivative",
    "softmax_directions",
    "surrogate_derivative",
    "validate_direction",
]


class InvalidDirectionError(ValueError):
    """A change of policy whose rows do not sum to 0, or are no numbers, leads out of the policies at once."""


@domain(mdp="one", policy="one")
def performance_derivative(mdp: TabularMDP, policy: Array, direction: Array) -> Scalar:
    """d/dt η(π + tδ) at t = 0, by dual numbers: V + εV̇ solves (M + εṀ)(V + εV̇) = r + εṙ. δ is ``[S, A]``.

    M = I − γP_π, Ṁ = −γ Σₐ δ P, ṙ = Σₐ δ r, written as one system of twice the size. No advantage and no
    visitation takes part. Griewank and Walther (2008), chapter 3.

    Raises
    ------
    InvalidDirectionError: the shape of δ does not fit, or a row does not sum to 0.
    """
    direction = validate_direction(mdp, direction)
    matrix, reward = bellman_matrix(mdp, policy), policy_reward(mdp, policy)
    matrix_dot = -mdp.discount * np.einsum("sa,sat->st", direction, mdp.transition)
    reward_dot = (direction * mdp.reward).sum(axis=-1)
    dual = np.block([[matrix, 0 * matrix], [matrix_dot, matrix]])
    values_dot = solve(dual, np.concatenate([reward, reward_dot]))[mdp.states :]
    return mdp.initial @ values_dot


@domain(mdp="one", old="one")
def surrogate_derivative(mdp: TabularMDP, old: Array, direction: Array) -> Scalar:
    """d/dt L_old(π + tδ) = Σ_s ρ_old(s) Σₐ δ(s, a) A_old(s, a), the same at every π: L_old is affine.

    At the old policy it is the derivative of η, Schulman et al. (2015), eq. 4.

    Raises
    ------
    InvalidDirectionError: the shape of δ does not fit, or a row does not sum to 0.
    """
    slope = (validate_direction(mdp, direction) * advantages(mdp, old)).sum(axis=-1)
    return unnormalised_visitation(mdp, old) @ slope


@domain(mdp="one", policy="one")
def softmax_directions(mdp: TabularMDP, policy: Array) -> Array:
    """∂π(a|s)/∂θ(s', b) = 1[s = s'] π(a|s)(1[a = b] − π(b|s)) as ``[S', B, S, A]``: one direction a logit.

    Bishop (2006), "Pattern recognition and machine learning", section 4.3.4, at every state.
    """
    table = validate_policy(mdp, policy)
    same_state = convert(np.eye(mdp.states, dtype=int), mdp.arithmetic)
    same_action = convert(np.eye(mdp.actions, dtype=int), mdp.arithmetic)
    jacobian = table[:, None, :] * (same_action[None] - table[:, :, None])
    return np.asarray(same_state[:, None, :, None] * jacobian[:, :, None, :])


def validate_direction(mdp: TabularMDP, direction: Array) -> Array:
    """Pass on a change of policy ``[S, A]`` whose rows sum to 0, or say by ``InvalidDirectionError`` what is wrong."""
    direction = np.asarray(direction)
    if direction.shape != (mdp.states, mdp.actions):
        raise InvalidDirectionError(f"direction has shape {direction.shape}, not [{mdp.states}, {mdp.actions}]")
    refuse_where(~is_finite(direction), "direction", "is not a finite number", direction, InvalidDirectionError)
    total = direction.sum(axis=-1)
    wrong = abs(total) > 0
    if arithmetic_of(direction) is Arithmetic.FLOAT:
        wrong = abs(total) > abs(direction).sum(axis=-1) * (mdp.actions * 2.0**-52)
    if np.any(wrong):
        row = int(np.argmax(wrong))
        raise InvalidDirectionError(f"row {row} of direction sums to {total[row]}, not to 0")
    return direction
