"""Returns of whole episodes on a vector environment, by a deterministic policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from .environments import autoreset_mode

__all__ = ["episode_returns"]


def episode_returns(
    environments: VectorEnv[Any, Any, Any], policy: Callable[[Any], Any], episodes: int, seed: int
) -> NDArray[np.float64]:
    """Undiscounted returns, [episodes]: the first ⌈episodes/N⌉ of each environment, rows of environments first."""
    mode, count = autoreset_mode(environments), environments.num_envs
    wanted = -(-episodes // count)
    found: list[list[float]] = [[] for _ in range(count)]
    returns, resetting = np.zeros(count), np.zeros(count, np.bool_)
    observations, _ = environments.reset(seed=seed)
    while min(map(len, found)) < wanted:
        observations, rewards, terminated, truncated, _ = environments.step(policy(observations))
        over = (terminated | truncated) & ~resetting
        returns += np.where(resetting, 0, rewards)
        for row in np.flatnonzero(over):
            found[row].append(float(returns[row]))
            returns[row] = 0
        if mode is AutoresetMode.NEXT_STEP:
            resetting = over
        elif mode is AutoresetMode.DISABLED and over.any():
            observations, _ = environments.reset(options={"reset_mask": over})
    return np.array([column[i] for i in range(wanted) for column in found][:episodes])
