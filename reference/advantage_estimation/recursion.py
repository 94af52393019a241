"""GAE as it is computed in practice: one sweep backwards."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["generalized_advantage_estimation", "lambda_returns"]


@domain(
    rewards="T ...",
    values="T ...",
    next_values="T ...",
    terminated="T ... of 2",
    truncated="T ... of 2",
    gamma="[0, 1]",
    lam="[0, 1]",
)
def generalized_advantage_estimation(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    *,
    gamma: Scalar,
    lam: Scalar,
) -> Array:
    """Â_t = δ_t + γλ (1 − terminated_t)(1 − truncated_t) Â_{t+1}, Â_T = 0, ``[T, ...]``.

    δ_t = r_t + γ (1 − terminated_t) V(s_{t+1}) − V(s_t). Schulman et al. (2016), eq. 16; the difference between
    termination and time limit after Pardo et al. (2018), "Time limits in reinforcement learning", section 3.
    """
    result = np.empty_like(rewards)
    following = 0 * rewards[0]
    for t in reversed(range(len(rewards))):
        going, alive = 1 - (terminated[t] | truncated[t]).astype(int), 1 - terminated[t].astype(int)
        following = rewards[t] + gamma * alive * next_values[t] - values[t] + gamma * lam * going * following
        result[t] = following
    return result


def lambda_returns(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    *,
    gamma: Scalar,
    lam: Scalar,
) -> Array:
    """G_t^λ = Â_t + V(s_t), the regression target of the critic, ``[T, ...]`` (Sutton and Barto, 2018, eq. 12.3)."""
    batch = (rewards, values, next_values, terminated, truncated)
    return np.asarray(generalized_advantage_estimation(*batch, gamma=gamma, lam=lam) + values)
