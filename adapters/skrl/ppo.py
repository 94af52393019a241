"""skrl: ``PPO``. A step of it has no advantages as given: it normalises them in every case."""

from __future__ import annotations

from typing import Any, ClassVar

from ._agent import PPO, VERSION, collected, learned, normalised, recorded
from ._distributions import Categorical, Gaussian
from ._losses import divergence, policy_loss, value_loss

__all__ = ["Implementation"]


class Implementation:
    """``skrl-ppo``, in float32."""

    name = "skrl-ppo"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "kl_estimator": "k3",
        "value_clip": "clipped",
        "value_loss_scale": 1,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â, before it is normalised."""
        return recorded(PPO, *batch, gamma=gamma, lam=lam)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The target of the critic."""
        return recorded(PPO, *batch, gamma=gamma, lam=lam)[0]

    def normalize_advantages(self, advantages: Any) -> Any:
        """The second result of ``compute_gae``."""
        return normalised(PPO, advantages)

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``Loss / Policy loss`` of ``PPO.update`` on rows whose advantages are given, and its gradient."""
        return policy_loss(PPO, log_probs, old_log_probs, advantages, ratio_clip=clip_range)

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``Loss / Value loss`` of ``PPO.update`` with ``value_loss_scale=1``, and its gradient."""
        return value_loss(PPO, values, old_values, returns, value_clip=clip_range or 0.0, value_loss_scale=1.0)

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """What ``PPO.update`` tells ``KLAdaptiveLR``."""
        return divergence(PPO, log_probs, old_log_probs)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``CategoricalMixin.act``."""
        return Categorical(logits).log_prob(actions)

    def categorical_entropy(self, logits: Any) -> Any:
        """``CategoricalMixin.get_entropy``."""
        return Categorical(logits).entropy()

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``GaussianMixin.act``."""
        return Gaussian(mean, log_std).log_prob(actions)

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``GaussianMixin.get_entropy``."""
        return Gaussian(mean, log_std).entropy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``SequentialTrainer.train`` on a Gymnasium vector environment."""
        return collected(PPO, make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``SequentialTrainer.train``, update by update."""
        return learned(make_env, steps=steps, seed=seed)
