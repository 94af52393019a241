"""torchrl: ``ReinforceLoss``."""

from __future__ import annotations

from typing import Any, ClassVar

from ._losses import VERSION, ReinforceLoss, graded, of_table, of_values

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-reinforce-loss``, in float32."""

    name = "torchrl-reinforce-loss"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {"value_clip": "max", "value_loss_scale": 1}

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """The gradient of ``loss_actor``, which is minimised, so the sign is turned."""
        loss, table = of_table(ReinforceLoss, logits, logits, *batch)
        return -graded(loss["loss_actor"], table)[1]

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``loss_value``, and its gradient."""
        return of_values(ReinforceLoss, "loss_value", values, old_values, returns, clip_range)
