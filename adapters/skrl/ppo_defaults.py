"""skrl: ``PPO`` as its configuration stands without ``time_limit_bootstrap``."""

from __future__ import annotations

from typing import Any

from ._agent import PPO, VERSION, recorded

__all__ = ["Implementation"]


class Implementation:
    """``skrl-ppo-defaults``, in float32."""

    name = "skrl-ppo-defaults"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â, before it is normalised."""
        return recorded(PPO, *batch, gamma=gamma, lam=lam, time_limit_bootstrap=False)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The target of the critic."""
        return recorded(PPO, *batch, gamma=gamma, lam=lam, time_limit_bootstrap=False)[0]
