"""torchrl: ``vec_td_lambda_advantage_estimate`` and ``vec_td_lambda_return_estimate``."""

from __future__ import annotations

from typing import Any

from ._estimator import VERSION, estimates, returns

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-vec-td-lambda``, in float32."""

    name = "torchrl-vec-td-lambda"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â as the function returns it."""
        return estimates("vec_td_lambda_advantage_estimate", batch, gamma, lam)[:, :, 0].T.numpy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """What ``vec_td_lambda_return_estimate`` returns."""
        return returns("vec_td_lambda_return_estimate", batch, gamma, lam)
