"""xuance: the on-policy buffer of NumPy arrays. Tried with 1.4.

As its agents do, a path is finished with 0 at an end, with V of the state reached at a time limit, and with the same at
the end of the rollout; ``terminals`` holds terminations alone.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    from gymnasium import spaces
    from xuance.common.memory_tools import DummyOnPolicyBuffer
except ImportError as error:
    raise NotInstalledError("xuance", "pip install --no-deps xuance") from error

__all__ = ["Implementation"]


class Implementation:
    """``xuance``, in float32."""

    name = "xuance"
    version = version("xuance")
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantages`` of the buffer."""
        return _filled(*batch, gamma=gamma, lam=lam).advantages.T

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns`` of the buffer."""
        return _filled(*batch, gamma=gamma, lam=lam).returns.T

    def normalize_advantages(self, advantages: Any) -> Any:
        """``advantages`` of a sample of the whole buffer."""
        size = len(advantages)
        buffer = DummyOnPolicyBuffer(_STATE, _STATE, {}, 1, size)
        for _ in range(size):
            buffer.store(*(np.zeros(1) for _ in range(5)))
        buffer.advantages[0] = advantages
        return buffer.sample(np.arange(size))["advantages"]


_STATE = spaces.Discrete(1)


def _filled(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> Any:
    steps, envs = rewards.shape
    buffer = DummyOnPolicyBuffer(_STATE, _STATE, {}, envs, steps, use_gae=True, gamma=gamma, gae_lam=lam)
    for t in range(steps):
        buffer.store(np.zeros(envs), np.zeros(envs), rewards[t], values[t], terminated[t])
        for n in range(envs):
            if terminated[t, n] or truncated[t, n] or t == steps - 1:
                buffer.finish_path(0.0 if terminated[t, n] else np.float32(next_values[t, n]), n)
    return buffer
