"""torchrl: ``td_lambda_advantage_estimate``."""

from __future__ import annotations

from typing import Any

from ._estimator import VERSION, estimates

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-td-lambda``, in float32."""

    name = "torchrl-td-lambda"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â as the function returns it."""
        return estimates("td_lambda_advantage_estimate", batch, gamma, lam)[:, :, 0].T.numpy()
