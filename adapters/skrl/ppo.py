"""skrl: ``PPO``."""

from __future__ import annotations

from typing import Any

from ._agent import PPO, VERSION, collected, learned, recorded

__all__ = ["Implementation"]


class Implementation:
    """``skrl-ppo``, in float32."""

    name = "skrl-ppo"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â, before it is normalised."""
        return recorded(PPO, *batch, gamma=gamma, lam=lam)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The target of the critic."""
        return recorded(PPO, *batch, gamma=gamma, lam=lam)[0]

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``SequentialTrainer.train`` on a Gymnasium vector environment."""
        return collected(PPO, make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``SequentialTrainer.train``, update by update."""
        return learned(make_env, steps=steps, seed=seed)
