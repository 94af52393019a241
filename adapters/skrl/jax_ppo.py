"""skrl: losses and policies of ``PPO`` on its JAX side.

A step of it has no advantages as given: it normalises them in every case. Trajectories, for each shape of which it
would be compiled anew, are left to the other side.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ._jax import VERSION, Categorical, Gaussian, normalised, policy_update, value_update

__all__ = ["Implementation"]


class Implementation:
    """``skrl-jax-ppo``, in float32."""

    name = "skrl-jax-ppo"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 0,
        "kl_estimator": "k3",
        "value_clip": "clipped",
        "value_loss_scale": 1,
    }

    def normalize_advantages(self, advantages: Any) -> Any:
        """The second result of ``_compute_gae``."""
        return normalised(advantages)

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``_update_policy``: loss and gradient."""
        return policy_update(log_probs, old_log_probs, advantages, clip_range)[:2]

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``_update_value`` with ``value_loss_scale=1``."""
        return value_update(values, old_values, returns, clip_range)

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """``_update_policy``: what ``KLAdaptiveLR`` is told."""
        return policy_update(log_probs, old_log_probs, 0 * log_probs)[2]

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
