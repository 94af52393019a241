"""rlax: advantages of one sequence, the clipped surrogate, distributions. Tried with 0.1.9.

Discounts carry terminations; a truncation inside a sequence has no way in, so a sequence ends there.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    import jax
    import jax.numpy as jnp
    import rlax
except ImportError as error:
    raise NotInstalledError("rlax", "pip install rlax") from error

__all__ = ["Implementation"]

_COMPILED = jax.jit(rlax.truncated_generalized_advantage_estimation)


class Implementation:
    """``rlax``, in float32."""

    name = "rlax"
    version = version("rlax")
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``truncated_generalized_advantage_estimation`` of each stretch up to a truncation, compiled."""
        rewards, values, next_values = (part.astype(np.float32) for part in batch[:3])
        discounts = np.float32(gamma) * ~batch[3]
        advantages = np.empty_like(rewards)
        for n in range(rewards.shape[1]):
            start = 0
            for end in [*(np.flatnonzero(batch[4][:-1, n]) + 1), len(rewards)]:
                stretch = slice(start, end), n
                reached = np.append(values[stretch], next_values[end - 1, n])
                advantages[stretch] = _COMPILED(rewards[stretch], discounts[stretch], np.float32(lam), reached)
                start = end
        return advantages

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V."""
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``clipped_surrogate_pg_loss`` of exp(log-ratio), and its gradient."""
        old, weights = jnp.float32(old_log_probs), jnp.float32(advantages)

        def loss(new: Any) -> Any:
            return rlax.clipped_surrogate_pg_loss(jnp.exp(new - old), weights, jnp.float32(clip_range))

        return jax.value_and_grad(loss)(jnp.float32(log_probs))

    def policy_gradient(self, logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
        """Minus the gradient of ``policy_gradient_loss`` with unit weights."""

        def loss(table: Any) -> Any:
            ones = jnp.ones(len(states), dtype=jnp.float32)
            return rlax.policy_gradient_loss(table[states], jnp.int32(actions), jnp.float32(advantages), ones)

        return -jax.grad(loss)(jnp.float32(logits))

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``softmax().logprob``."""
        return rlax.softmax().logprob(jnp.int32(actions), jnp.float32(logits))

    def categorical_entropy(self, logits: Any) -> Any:
        """``softmax().entropy``."""
        return rlax.softmax().entropy(jnp.float32(logits))

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``categorical_kl_divergence`` of each row."""
        return jax.vmap(rlax.categorical_kl_divergence)(jnp.float32(logits_p), jnp.float32(logits_q))

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``gaussian_diagonal().logprob``."""
        return rlax.gaussian_diagonal().logprob(jnp.float32(actions), jnp.float32(mean), jnp.exp(jnp.float32(log_std)))

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``gaussian_diagonal().entropy``."""
        return rlax.gaussian_diagonal().entropy(jnp.float32(mean), jnp.exp(jnp.float32(log_std)))

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``multivariate_normal_kl_divergence`` of each row, which takes deviations."""
        p, q = (
            (jnp.float32(mean), jnp.exp(jnp.float32(log))) for mean, log in ((mean_p, log_std_p), (mean_q, log_std_q))
        )
        return jax.vmap(rlax.multivariate_normal_kl_divergence)(*p, *q)
