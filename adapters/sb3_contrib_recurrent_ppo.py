"""sb3-contrib: its RecurrentPPO, whose rows are padded to sequences. Tried with 2.9.

Its policies are no functions of the state, so that what takes a table of logits has no place in it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from . import NotInstalledError

try:
    import sb3_contrib
    from sb3_contrib import RecurrentPPO

    from ._stable_baselines3.ppo import approximate_kl, normalised, policy_loss, value_loss
    from ._stable_baselines3.recurrent import Kept, RecurrentCriticTable, RecurrentFreeRows
    from ._stable_baselines3.rollout import rollout
except ImportError as error:
    raise NotInstalledError("sb3-contrib", "pip install sb3-contrib") from error

__all__ = ["Implementation"]


class Implementation:
    """``sb3-contrib-recurrent-ppo``, in float32."""

    name = "sb3-contrib-recurrent-ppo"
    version = sb3_contrib.__version__
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, Any]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "kl_estimator": "k3",
        "value_clip": "clipped",
        "value_loss_scale": 1,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantages`` of the rollout buffer after ``collect_rollouts``."""
        return rollout(RecurrentPPO, Kept, RecurrentCriticTable, *batch, gamma=gamma, lam=lam).advantages.copy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns`` of the rollout buffer after ``collect_rollouts``."""
        return rollout(RecurrentPPO, Kept, RecurrentCriticTable, *batch, gamma=gamma, lam=lam).returns.copy()

    def ppo_policy_loss(self, *batch: Any, clip_range: float) -> Any:
        """``train/policy_gradient_loss`` of ``train``, and its gradient."""
        return policy_loss(RecurrentPPO, RecurrentFreeRows, *batch, clip_range=clip_range)

    def value_loss(self, *batch: Any, clip_range: float | None) -> Any:
        """``train/value_loss`` of ``train`` with ``vf_coef=1``, and its gradient."""
        return value_loss(RecurrentPPO, RecurrentFreeRows, *batch, clip_range=clip_range)

    def normalize_advantages(self, advantages: Any) -> Any:
        """The advantages that ``train`` multiplies ratios with."""
        return normalised(RecurrentPPO, RecurrentFreeRows, advantages)

    def approximate_kl(self, *batch: Any) -> Any:
        """``train/approx_kl`` of ``train``."""
        return approximate_kl(RecurrentPPO, RecurrentFreeRows, *batch)
