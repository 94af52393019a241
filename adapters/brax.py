"""brax: the advantages of its PPO. Tried with 0.14.

Its values are those of states before a step and one after the last, so that V of a truncated state has no way in; at a
truncation it sets the advantage to 0.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    import jax
    import jax.numpy as jnp
    from brax.training.agents.ppo.losses import compute_gae
except ImportError as error:
    raise NotInstalledError("brax", "pip install brax") from error

__all__ = ["Implementation"]

_COMPILED = jax.jit(compute_gae)


class Implementation:
    """``brax``, in float32."""

    name = "brax"
    version = version("brax")
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The second result of ``compute_gae``."""
        return _estimates(*batch, gamma=gamma, lam=lam)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The first result of ``compute_gae``, the target of the critic."""
        return _estimates(*batch, gamma=gamma, lam=lam)[0]


def _estimates(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> Any:
    """Targets and advantages, ``[T, N]``, compiled, as brax runs it.

    T and N are rounded up to a power of two by steps before the first one, on which nothing later depends, so that JAX
    compiles for a few shapes and not for every case.
    """
    steps, envs = rewards.shape
    before = (1 << (steps - 1).bit_length()) - steps, (1 << (envs - 1).bit_length()) - envs
    ended = truncated & ~terminated, terminated
    columns = (np.pad(part.astype(np.float32), [(before[0], 0), (before[1], 0)]) for part in (*ended, rewards, values))
    last = np.pad(next_values[-1].astype(np.float32), (before[1], 0))
    results = _COMPILED(*columns, last, lambda_=jnp.float32(lam), discount=jnp.float32(gamma))
    return [np.asarray(result)[before[0] :, before[1] :] for result in results]
