"""torchrl: ``ClipPPOLoss``."""

from __future__ import annotations

from typing import Any, ClassVar

from .._updates import PlainAscent
from ._losses import VERSION, ClipPPOLoss, graded, normalised, of_log_probs, of_values, ppo, tabular

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-clip-ppo-loss``, in float32."""

    name = "torchrl-clip-ppo-loss"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_std_ddof": 1,
        "kl_estimator": "k1",
        "value_clip": "max",
        "value_loss_scale": 1,
    }

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``loss_objective``, and its gradient."""
        loss, free = of_log_probs(ClipPPOLoss, log_probs, old_log_probs, advantages, clip_epsilon=clip_range)
        return graded(loss["loss_objective"], free)

    def normalize_advantages(self, advantages: Any) -> Any:
        """What ``normalize_advantage=True`` multiplies ratios with."""
        return normalised(ClipPPOLoss, advantages)

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``loss_critic``, and its gradient."""
        return of_values(ClipPPOLoss, "loss_critic", values, old_values, returns, clip_range)

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """``kl_approx``."""
        return of_log_probs(ClipPPOLoss, log_probs, old_log_probs, 0 * log_probs)[0]["kl_approx"].item()

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """Steps of plain SGD on the loss; the optimiser is its user's."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)
