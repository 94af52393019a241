"""The entropy bonus of a softmax policy."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, log
from ..tabular_mdp import InvalidPolicyError, validate_distribution

__all__ = ["entropy", "entropy_gradient"]


def entropy(policy: Array) -> Array:
    """H(π) = −Σ_a π(a) log π(a) over the last axis, in nats; 0 log 0 = 0 (Shannon, 1948, section 6).

    Raises
    ------
    InvalidPolicyError: a row is not a probability distribution.
    """
    validate_distribution(np.asarray(policy), "policy", InvalidPolicyError)
    return np.asarray(-(policy * _log_where_positive(policy)).sum(axis=-1))


def entropy_gradient(policy: Array) -> Array:
    """∂H(softmax(θ))/∂θ_a = −π(a) (log π(a) + H(π)), ``[..., A]``; 0 for uniform and for deterministic policies.

    The entropy bonus is by Williams and Peng (1991), "Function optimization using connectionist reinforcement learning
    algorithms"; in PPO, Schulman et al. (2017), eq. 9.

    Raises
    ------
    InvalidPolicyError: a row is not a probability distribution.
    """
    return np.asarray(-policy * (_log_where_positive(policy) + entropy(policy)[..., None]))


def _log_where_positive(policy: Array) -> Array:
    return log(np.where(policy == 0, policy + 1, policy))
