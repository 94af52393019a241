"""torchrl: ``GAE`` with ``shifted=True``, which calls the critic once; its budget is enough for every time limit."""

from __future__ import annotations

from typing import Any

from ._module import VERSION, estimated

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-gae-shifted``, in float32."""

    name = "torchrl-gae-shifted"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantage``."""
        return estimated(batch, gamma, lam, "advantage", shifted=True, shifted_budget=len(batch[0]))

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``value_target``."""
        return estimated(batch, gamma, lam, "value_target", shifted=True, shifted_budget=len(batch[0]))
