"""skrl: ``TRPO``."""

from __future__ import annotations

from typing import Any

from ._agent import TRPO, VERSION, recorded

__all__ = ["Implementation"]


class Implementation:
    """``skrl-trpo``, in float32."""

    name = "skrl-trpo"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â, before it is normalised."""
        return recorded(TRPO, *batch, gamma=gamma, lam=lam)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The target of the critic."""
        return recorded(TRPO, *batch, gamma=gamma, lam=lam)[0]
