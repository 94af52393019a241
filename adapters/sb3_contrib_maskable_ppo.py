"""sb3-contrib: its MaskablePPO, no action masked. Tried with 2.9."""

from __future__ import annotations

from typing import Any, ClassVar

from . import NotInstalledError

try:
    import sb3_contrib
    from sb3_contrib import MaskablePPO
    from sb3_contrib.common.maskable.buffers import MaskableRolloutBuffer
    from sb3_contrib.common.maskable.distributions import MaskableCategoricalDistribution

    from ._collectors.stable_baselines3 import collected
    from ._stable_baselines3.learning import learned
    from ._stable_baselines3.maskable import MaskableFreeRows, MaskableTablePolicy
    from ._stable_baselines3.ppo import approximate_kl, normalised, policy_loss, value_loss
    from ._stable_baselines3.rollout import CriticTable, rollout
    from ._torch import tensor
    from ._updates import PlainAscent
    from ._updates._rows import tabular
    from ._updates.sb3_contrib import ppo
except ImportError as error:
    raise NotInstalledError("sb3-contrib", "pip install sb3-contrib") from error

__all__ = ["Implementation"]


class Implementation:
    """``sb3-contrib-maskable-ppo``, in float32."""

    name = "sb3-contrib-maskable-ppo"
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
        return _rollout(*batch, gamma=gamma, lam=lam).advantages.copy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns`` of the rollout buffer after ``collect_rollouts``."""
        return _rollout(*batch, gamma=gamma, lam=lam).returns.copy()

    def ppo_policy_loss(self, *batch: Any, clip_range: float) -> Any:
        """``train/policy_gradient_loss`` of ``train``, and its gradient."""
        return policy_loss(MaskablePPO, MaskableFreeRows, *batch, clip_range=clip_range)

    def value_loss(self, *batch: Any, clip_range: float | None) -> Any:
        """``train/value_loss`` of ``train`` with ``vf_coef=1``, and its gradient."""
        return value_loss(MaskablePPO, MaskableFreeRows, *batch, clip_range=clip_range)

    def normalize_advantages(self, advantages: Any) -> Any:
        """The advantages that ``train`` multiplies ratios with."""
        return normalised(MaskablePPO, MaskableFreeRows, advantages)

    def approximate_kl(self, *batch: Any) -> Any:
        """``train/approx_kl`` of ``train``."""
        return approximate_kl(MaskablePPO, MaskableFreeRows, *batch)

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``train`` with plain SGD, the whole batch at once."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``MaskableCategoricalDistribution.log_prob``."""
        return _categorical(logits).log_prob(tensor(actions)).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``MaskableCategoricalDistribution.entropy``, each action allowed."""
        distribution = _categorical(logits)
        distribution.apply_masking(tensor(logits == logits))
        return distribution.entropy().numpy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``collect_rollouts`` on a ``DummyVecEnv``."""
        return collected(MaskablePPO, MaskableTablePolicy, make_env, policy, values, use_masking=False, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``learn``, update by update."""
        return learned(MaskablePPO, make_env, steps=steps, seed=seed, use_masking=False)


def _rollout(*batch: Any, gamma: float, lam: float) -> Any:
    return rollout(MaskablePPO, MaskableRolloutBuffer, CriticTable, *batch, gamma=gamma, lam=lam, use_masking=False)


def _categorical(logits: Any) -> Any:
    return MaskableCategoricalDistribution(logits.shape[1]).proba_distribution(tensor(logits))
