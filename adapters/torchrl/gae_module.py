"""torchrl: ``GAE``, the module."""

from __future__ import annotations

from typing import Any, ClassVar

from ._module import VERSION, estimated, normalised

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-gae-module``, in float32."""

    name = "torchrl-gae-module"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {"advantage_std_ddof": 1}

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantage``."""
        return estimated(batch, gamma, lam, "advantage")

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``value_target``."""
        return estimated(batch, gamma, lam, "value_target")

    def normalize_advantages(self, advantages: Any) -> Any:
        """``advantage`` with ``average_gae=True``."""
        return normalised(advantages)
