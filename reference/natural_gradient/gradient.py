"""Policy gradients of a table of logits: of a process, and of a batch."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, is_finite
from ..domain import domain
from ..fisher.information import InvalidBatchError
from ..policy_evaluation import advantages
from ..tabular_mdp import InvalidPolicyError, TabularMDP, validate_distribution
from ..visitation import unnormalised_visitation

__all__ = ["batch_policy_gradient", "check_batch", "softmax_policy_gradient"]


@domain(mdp="one", policy="one")
def softmax_policy_gradient(mdp: TabularMDP, policy: Array) -> Array:
    """∂J/∂θ(s, a) = ρ_π(s) π(a|s) A^π(s, a), ``[S, A]``, where ρ_π sums to 1/(1−γ).

    Agarwal, Kakade, Lee and Mahajan (2021), "On the theory of policy gradient methods", eq. 10.
    """
    return np.asarray(unnormalised_visitation(mdp, policy)[:, None] * policy * advantages(mdp, policy))


def batch_policy_gradient(policy: Array, states: Array, actions: Array, advantages: Array) -> Array:
    """g(s, b) = B⁻¹ Σᵢ 1[sᵢ = s] Âᵢ (1[aᵢ = b] − π(b|s)), ``[S, A]``: the gradient of B⁻¹ Σᵢ Âᵢ log π(aᵢ|sᵢ).

    Computed as B⁻¹ Σ_{c≠b} (m_b π_c − m_c π_b), m(s, a) the sum of Âᵢ over the rows of (s, a), since 1 − π(b|s) would
    cancel where an action is almost certain. Williams (1992), "Simple statistical gradient-following algorithms", for a
    softmax over logits.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidBatchError: the batch is empty, its columns differ in length, or an index is out of range.
    """
    validate_distribution(policy, "policy", InvalidPolicyError)
    check_batch(policy, states, actions, advantages)
    sums = 0 * policy
    for state, action, advantage in zip(states, actions, advantages, strict=True):
        sums[state, action] = sums[state, action] + advantage
    flow = sums[:, :, None] * policy[:, None, :] - sums[:, None, :] * policy[:, :, None]
    others = 1 - np.eye(policy.shape[-1], dtype=int)
    return np.asarray((others * flow).sum(axis=-1) / len(states))


def check_batch(policy: Array, states: Array, actions: Array, advantages: Array) -> None:
    """Raise ``InvalidBatchError`` unless the three columns ``[B]`` are a batch over the table ``policy[S, A]``."""
    rows = [np.asarray(column) for column in (states, actions, advantages)]
    if rows[0].size == 0 or len({column.shape for column in rows}) > 1 or rows[0].ndim != 1:
        raise InvalidBatchError(f"columns of shapes {', '.join(str(column.shape) for column in rows)} are no batch")
    if not np.all(is_finite(rows[2])):
        raise InvalidBatchError("an advantage is not a finite number")
    for name, column, count in zip(("state", "action"), rows, policy.shape, strict=False):
        if column.dtype.kind not in "iu":
            raise InvalidBatchError(f"{name}s are {column.dtype}, not indices")
        if np.any((column < 0) | (column >= count)):
            raise InvalidBatchError(
                f"{name} {column[(column < 0) | (column >= count)][0]} is outside 0, …, {count - 1}"
            )
