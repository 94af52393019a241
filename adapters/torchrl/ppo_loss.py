"""torchrl: ``PPOLoss``, which has no clip range."""

from __future__ import annotations

from typing import Any, ClassVar

from ._losses import VERSION, PPOLoss, graded, normalised, of_log_probs, of_table, of_values

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-ppo-loss``, in float32."""

    name = "torchrl-ppo-loss"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_std_ddof": 1,
        "kl_estimator": "k1",
        "value_clip": "max",
        "value_loss_scale": 1,
    }

    def surrogate(self, logits: Any, old_logits: Any, *batch: Any) -> Any:
        """``loss_objective``, which is minimised, so the sign is turned."""
        return -of_table(PPOLoss, logits, old_logits, *batch)[0]["loss_objective"].item()

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """The gradient of ``loss_objective`` at ratio 1; the sign is turned."""
        loss, table = of_table(PPOLoss, logits, logits, *batch)
        return -graded(loss["loss_objective"], table)[1]

    def normalize_advantages(self, advantages: Any) -> Any:
        """What ``normalize_advantage=True`` multiplies ratios with."""
        return normalised(PPOLoss, advantages)

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``loss_critic``, and its gradient."""
        return of_values(PPOLoss, "loss_critic", values, old_values, returns, clip_range)

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """``kl_approx``."""
        return of_log_probs(PPOLoss, log_probs, old_log_probs, 0 * log_probs)[0]["kl_approx"].item()
