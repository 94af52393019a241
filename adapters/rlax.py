"""rlax: advantages and returns of one sequence, surrogates, distributions. Tried with 0.1.9.

Discounts carry terminations; a truncation inside a sequence has no way in, so a sequence ends there. Its squared error
has no clip range, and its squashed Gaussian bounds the mean before it squashes.
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

_ADVANTAGES = jax.jit(rlax.truncated_generalized_advantage_estimation)
_RETURNS = jax.jit(rlax.lambda_returns)


def _unclipped(new: Any, old: Any, advantages: Any, actions: Any) -> Any:
    ratios = rlax.categorical_importance_sampling_ratios(new, old, actions)
    return rlax.clipped_surrogate_pg_loss(ratios, advantages, jnp.inf)


_SURROGATE_LOSS = jax.jit(_unclipped)


class Implementation:
    """``rlax``, in float32."""

    name = "rlax"
    version = version("rlax")
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``truncated_generalized_advantage_estimation`` of each stretch up to a truncation, compiled."""
        return _by_stretch(_ADVANTAGES, *batch, gamma=gamma, lam=lam)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``lambda_returns`` of each stretch up to a truncation, compiled."""
        return _by_stretch(_returns, *batch, gamma=gamma, lam=lam)

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

    def surrogate(self, logits: Any, old_logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
        """``clipped_surrogate_pg_loss`` of ``categorical_importance_sampling_ratios``, its clip range infinite."""
        columns = (np.float32(column) for column in (logits[states], old_logits[states], advantages))
        return -_SURROGATE_LOSS(*columns, np.int32(actions))

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


def _returns(rewards: Any, discounts: Any, lam: Any, values: Any) -> Any:
    return _RETURNS(rewards, discounts, values[1:], lam)


def _by_stretch(
    estimate: Any,
    rewards: Any,
    values: Any,
    next_values: Any,
    terminated: Any,
    truncated: Any,
    *,
    gamma: float,
    lam: float,
) -> Any:
    """The estimates ``[T, N]`` of each environment's stretches up to a truncation."""
    rewards, values, next_values = (part.astype(np.float32) for part in (rewards, values, next_values))
    discounts = np.float32(gamma) * ~terminated
    estimates = np.empty_like(rewards)
    for n in range(rewards.shape[1]):
        for rows in np.split(np.arange(len(rewards)), np.flatnonzero(truncated[:-1, n]) + 1):
            reached = np.append(values[rows, n], next_values[rows[-1], n])
            estimates[rows, n] = estimate(rewards[rows, n], discounts[rows, n], np.float32(lam), reached)
    return estimates
