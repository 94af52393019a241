"""GAE as the (γλ)-discounted sum of temporal-difference errors."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["td_error_sum", "td_errors"]


@domain(rewards="T? ...", values="T? ...", next_values="T? ...", terminated="T? ... of 2", gamma="[0, 1]")
def td_errors(rewards: Array, values: Array, next_values: Array, terminated: Array, *, gamma: Scalar) -> Array:
    """δ_t = r_t + γ (1 − terminated_t) V(s_{t+1}) − V(s_t), ``[T, ...]`` (Sutton and Barto, 2018, eq. 6.5)."""
    bootstrap = np.where(terminated, 0 * rewards, next_values)
    return np.asarray(rewards + gamma * bootstrap - values)


@domain(rewards="T? ...", truncated="T? ... of 2", lam="[0, 1]")
def td_error_sum(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    *,
    gamma: Scalar,
    lam: Scalar,
) -> Array:
    """Â_t = Σ_{l≥0} (γλ)ˡ δ_{t+l}, summed to the end of the episode, ``[T, ...]`` (Schulman et al., 2016, eq. 16)."""
    errors = td_errors(rewards, values, next_values, terminated, gamma=gamma)
    ends = terminated | truncated
    result = np.empty_like(errors)
    for t in range(len(errors)):
        total, running, weight = 0 * errors[t], np.ones(errors.shape[1:], dtype=bool), gamma**0
        for later in range(t, len(errors)):
            total = total + np.where(running, weight * errors[later], 0 * errors[later])
            running, weight = running & ~ends[later], weight * gamma * lam
        result[t] = total
    return result
