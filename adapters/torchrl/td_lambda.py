"""torchrl: ``td_lambda_advantage_estimate`` and ``td_lambda_return_estimate``."""

from __future__ import annotations

from typing import Any

from ._estimator import VERSION, estimates, returns

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

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """What ``td_lambda_return_estimate`` returns."""
        return returns("td_lambda_return_estimate", batch, gamma, lam)
