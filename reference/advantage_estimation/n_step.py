"""The N-step advantage."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["n_step_advantage"]


@domain(
    rewards="T ...",
    values="T ...",
    next_values="T ...",
    terminated="T ... of 2",
    truncated="T ... of 2",
    n="≥ 1",
    gamma="[0, 1]",
)
def n_step_advantage(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, *, n: int, gamma: Scalar
) -> Array:
    """Ψ₍ₙ₎(t) = r_t + γ r_{t+1} + … + γⁿ⁻¹ r_{t+n−1} + γⁿ V(s_{t+n}) − V(s_t), ``[T, ...]``.

    Where the episode ends after m < n steps, Ψ₍ₙ₎ = Ψ₍ₘ₎; where its end is a termination, V(s_{t+m}) counts as 0.
    Mnih et al. (2016), "Asynchronous methods for deep reinforcement learning", section 4; Schulman et al. (2016),
    eq. 11–15.

    Raises
    ------
    ValueError: n < 1.
    """
    result = np.empty_like(rewards)
    for column in np.ndindex(rewards.shape[1:]):
        for t in range(len(rewards)):
            total, weight = -values[(t, *column)], gamma**0
            for step in range(t, len(rewards)):
                here = (step, *column)
                total, weight = total + weight * rewards[here], weight * gamma
                if terminated[here]:
                    break
                if truncated[here] or step == t + n - 1 or step == len(rewards) - 1:
                    total = total + weight * next_values[here]
                    break
            result[(t, *column)] = total
    return result
