"""The objective and the constraint of TRPO, as means over a batch."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, arithmetic_of
from ..domain import domain
from ..fisher.information import InvalidBatchError, state_frequencies
from ..kl.categorical import categorical_kl
from ..natural_gradient.gradient import check_batch

__all__ = ["batch_mean_kl", "batch_surrogate", "importance_sampled_surrogate"]


@domain(policy="S A in Δ", old="S A in Δ")
def batch_surrogate(policy: Array, old: Array, states: Array, actions: Array, advantages: Array) -> Scalar:
    """L = B⁻¹ Σᵢ ρᵢ Âᵢ with ρᵢ = π(aᵢ|sᵢ) / π_old(aᵢ|sᵢ), for tables ``[S, A]`` (Schulman et al., 2015, eq. 14).

    Raises
    ------
    InvalidPolicyError: a row of a policy is no distribution.
    InvalidBatchError: the rows are no batch, or hold an action that the old policy never takes.
    """
    check_batch(policy, states, actions, advantages)
    taken = old[states, actions]
    if np.any(taken == 0):
        row = int(np.flatnonzero(taken == 0)[0])
        raise InvalidBatchError(f"row {row}: the old policy never takes action {actions[row]} in state {states[row]}")
    return (policy[states, actions] / taken * advantages).sum() / len(states)


@domain(old="S A", policy="S A")
def batch_mean_kl(old: Array, policy: Array, states: Array) -> Scalar:
    """B⁻¹ Σᵢ KL(π_old(·|sᵢ) ‖ π(·|sᵢ)) in nats, for tables ``[S, A]``; states outside the batch do not count.

    Schulman et al. (2015), eq. 12, the mean taken over the batch.

    Raises
    ------
    InvalidDistributionError: a row of a policy is no distribution.
    InvalidBatchError: the batch is empty, or a state is out of range.
    """
    weights = state_frequencies(states, len(old), arithmetic_of(old, policy))
    seen = weights > 0
    return (weights[seen] * categorical_kl(old[seen], policy[seen])).sum()


@domain(weights="S in [0, ∞)", sampling="S A in Δ", policy="S A in Δ", values="S A")
def importance_sampled_surrogate(weights: Array, sampling: Array, policy: Array, values: Array) -> Scalar:
    """E_{s~w, a~q}[π(a|s)/q(a|s) Q(s, a)], summed over the actions that q takes; all but w are ``[S, A]``.

    Equal to E_{s~w, a~π} Q(s, a) if q(a|s) > 0 wherever π(a|s) Q(s, a) ≠ 0. Schulman et al. (2015), eq. 14.

    Raises
    ------
    InvalidPolicyError: a row of a policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    """
    taken = sampling > 0
    ratios = np.where(taken, policy, 0 * policy) / np.where(taken, sampling, 1)
    return (weights[:, None] * sampling * ratios * values).sum()
