"""torchrl: what its collector records of what happened in an environment, and learning from it."""

from __future__ import annotations

from typing import Any

from ._estimator import VERSION, collected, learned

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-collector``, in float32."""

    name = "torchrl-collector"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``Collector`` on a ``SerialEnv``, then ``GAE``."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``ClipPPOLoss`` on batches of ``Collector``, update by update."""
        return learned(make_env, steps=steps, seed=seed)
