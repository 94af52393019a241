"""The Fisher information of a table of logits, which the probabilities alone determine.

Kakade (2001), "A natural policy gradient", section 3, for a softmax with one parameter an action.
"""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, convert, unit
from ..domain import domain

__all__ = ["softmax_fisher", "softmax_fisher_rank", "softmax_fisher_vector_product"]


@domain(weights="S in [0, ∞)", policy="S A in Δ")
def softmax_fisher(weights: Array, policy: Array) -> Array:
    """F = block diag_s w(s) (diag π_s − π_s π_sᵀ), ``[S·A, S·A]``; θ(s, a) has index s·A + a.

    ``weights[S]`` is the state distribution, or any w ≥ 0, ``policy[S, A]`` is π.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    """
    states, actions = policy.shape
    fisher = np.full((states, actions, states, actions), 0 * unit(arithmetic_of(weights, policy)))
    identity = convert(np.eye(actions, dtype=int), arithmetic_of(policy))
    for s in range(states):
        fisher[s, :, s, :] = weights[s] * (identity * policy[s] - np.outer(policy[s], policy[s]))
    return fisher.reshape(states * actions, states * actions)


@domain(weights="S in [0, ∞)", policy="S A in Δ", vector="... S A", damping="[0, ∞)")
def softmax_fisher_vector_product(weights: Array, policy: Array, vector: Array, *, damping: Scalar = 0) -> Array:
    """((F + c I) v)(s, a) = w(s) π(a|s) (v(s, a) − Σ_b π(b|s) v(s, b)) + c v(s, a), ``[..., S, A]``, c the damping.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    ValueError: the vector is no table of the policy's shape, or the damping is negative.
    """
    mean = (policy * vector).sum(axis=-1, keepdims=True)
    return np.asarray(weights[:, None] * policy * (vector - mean) + damping * vector)


@domain(weights="S in [0, ∞)", policy="S A in Δ")
def softmax_fisher_rank(weights: Array, policy: Array) -> int:
    """Rank F = Σ_{s : w(s) > 0} (#{a : π(a|s) > 0} − 1).

    Raises
    ------
    TypeError: the numbers are not rational: a rank jumps, so a rounded one means nothing.
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    """
    if arithmetic_of(weights, policy) is not Arithmetic.EXACT:
        raise TypeError("a rank is decided among exact rationals only")
    return int(((policy > 0).sum(axis=-1) - 1)[weights > 0].sum())
