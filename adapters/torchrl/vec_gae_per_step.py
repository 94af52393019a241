"""torchrl: ``vec_generalized_advantage_estimate``, given γ and λ of each step."""

from __future__ import annotations

from typing import Any

from ._estimator import VERSION, estimates

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-vec-gae-per-step``, in float32."""

    name = "torchrl-vec-gae-per-step"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â as the function returns it."""
        return estimates("vec_generalized_advantage_estimate", batch, gamma, lam, per_step=True)[0][:, :, 0].T.numpy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Its second result, the target of the critic."""
        return estimates("vec_generalized_advantage_estimate", batch, gamma, lam, per_step=True)[1][:, :, 0].T.numpy()
