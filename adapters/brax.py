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
    import jax.numpy as jnp
    from brax.training.agents.ppo.losses import compute_gae
except ImportError as error:
    raise NotInstalledError("brax", "pip install brax") from error

__all__ = ["Implementation"]


class Implementation:
    """``brax``, in float32."""

    name = "brax"
    version = version("brax")
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The second result of ``compute_gae``."""
        return np.asarray(_estimates(*batch, gamma=gamma, lam=lam)[1])

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The first result of ``compute_gae``, the target of the critic."""
        return np.asarray(_estimates(*batch, gamma=gamma, lam=lam)[0])


def _estimates(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> Any:
    ended = jnp.float32(truncated & ~terminated), jnp.float32(terminated)
    columns = (jnp.float32(part) for part in (rewards, values, next_values[-1]))
    return compute_gae(*ended, *columns, lambda_=jnp.float32(lam), discount=jnp.float32(gamma))
