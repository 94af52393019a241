"""RLlib, the old stack: ``compute_advantages`` of one chunk of a trajectory after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import NotInstalledError

try:
    import ray
    from ray.rllib.evaluation.postprocessing import compute_advantages
    from ray.rllib.policy.sample_batch import SampleBatch
except ImportError as error:
    raise NotInstalledError("RLlib", 'pip install "ray[rllib]"') from error

__all__ = ["Implementation"]


class Implementation:
    """``rllib-old-stack``, in float32."""

    name = "rllib-old-stack"
    version = ray.__version__
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantages``."""
        return _estimates("advantages", *batch, gamma=gamma, lam=lam)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``value_targets``."""
        return _estimates("value_targets", *batch, gamma=gamma, lam=lam)


def _estimates(
    column: str,
    rewards: Any,
    values: Any,
    next_values: Any,
    terminated: Any,
    truncated: Any,
    *,
    gamma: float,
    lam: float,
) -> Any:
    """Chunks end where an episode does; ``last_r`` is 0 after a termination, else V of the state reached."""
    steps, envs = rewards.shape
    estimates = np.empty((steps, envs), dtype=np.float32)
    for n in range(envs):
        start: Any = 0
        ends = terminated[:, n] | truncated[:, n] | (np.arange(steps) == steps - 1)
        for end in np.flatnonzero(ends) + 1:
            chunk = slice(start, end), n
            rollout = SampleBatch(rewards=rewards[chunk].astype(np.float32), vf_preds=values[chunk].astype(np.float32))
            last: Any = 0.0 if terminated[end - 1, n] else np.float32(next_values[end - 1, n])
            estimates[chunk] = compute_advantages(rollout, last, gamma, lam)[column]
            start = end
    return estimates
