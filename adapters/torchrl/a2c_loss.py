"""torchrl: ``A2CLoss``."""

from __future__ import annotations

from typing import Any, ClassVar

from ._losses import VERSION, A2CLoss, graded, of_table, of_values

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-a2c-loss``, in float32."""

    name = "torchrl-a2c-loss"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {"value_clip": "max", "value_loss_scale": 1}

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """The gradient of ``loss_objective``, which is minimised, so the sign is turned."""
        loss, table = of_table(A2CLoss, logits, logits, *batch)
        return -graded(loss["loss_objective"], table)[1]

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``loss_critic``, and its gradient."""
        return of_values(A2CLoss, "loss_critic", values, old_values, returns, clip_range)
