"""brax: advantages, losses and updates of its PPO, and its Gaussian distributions. Tried with 0.14.

Its values are those of states before a step and one after the last, so that V of a truncated state has no way in; at a
truncation it sets the advantage to 0. It steers by the exact divergence, and estimates none from a sample.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import jax
    import jax.numpy as jnp
    from brax.training import distribution
    from brax.training.agents.ppo.losses import compute_gae

    from ._brax.descent import descended
    from ._brax.losses import policy_loss, value_loss
    from ._updates import PlainAscent
    from ._updates._rows import tabular
except ImportError as error:
    raise NotInstalledError("brax", "pip install brax") from error

__all__ = ["Implementation"]

_ESTIMATES = jax.jit(compute_gae)


class Implementation:
    """``brax``, in float32."""

    name = "brax"
    version = version("brax")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 0,
        "value_clip": "max",
        "value_loss_scale": 0.5,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The second result of ``compute_gae``."""
        return _estimates(*batch, gamma=gamma, lam=lam)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The first result of ``compute_gae``, the target of the critic."""
        return _estimates(*batch, gamma=gamma, lam=lam)[0]

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``policy_loss`` of ``compute_ppo_loss``, and its gradient."""
        return policy_loss(log_probs, old_log_probs, advantages, clip_range=clip_range)

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``v_loss`` of ``compute_ppo_loss`` with ``vf_coefficient=1``, and its gradient; it has ½ in front."""
        return value_loss(values, old_values, returns, clip_range=clip_range)

    def normalize_advantages(self, advantages: Any) -> Any:
        """What ``compute_ppo_loss`` multiplies ratios with: at ratio 1, −B times the gradient."""
        nothing = np.zeros(len(advantages))
        _, gradient = policy_loss(nothing, nothing, advantages, clip_range=0.3, normalize_advantage=True)
        return -len(advantages) * gradient

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``gradient_update_fn`` of ``compute_ppo_loss`` with plain SGD, the whole batch at once."""
        return descended(tabular(logits, *batch), PlainAscent(**how))[0]

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``NormalDistribution.log_prob``."""
        return _by_row(_LOG_PROB, mean, np.exp(log_std), actions)

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``NormalDistribution.entropy``."""
        return _by_row(_ENTROPY, mean, np.exp(log_std))

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``kl_divergence`` of what ``NormalDistribution.create_dist`` makes: of the new one to the old one."""
        return _by_row(_DIVERGENCE, mean_p, np.exp(log_std_p), mean_q, np.exp(log_std_q))

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``NormalTanhDistribution.log_prob`` at ``inverse_postprocess``, with deviations as they are.

        Its own are the softplus of a number, and 0.001.
        """
        return _by_row(_SQUASHED_LOG_PROB, mean, np.exp(log_std), actions)


class _Squashed(distribution.NormalTanhDistribution):  # type: ignore[misc]
    create_dist = distribution.NormalDistribution.create_dist


def _log_prob(mean: Any, std: Any, actions: Any) -> Any:
    return distribution.NormalDistribution(mean.shape[1]).log_prob((mean, std), actions)


def _entropy(mean: Any, std: Any) -> Any:
    return distribution.NormalDistribution(mean.shape[1]).entropy((mean, std), jax.random.key(0))


def _divergence(mean_p: Any, std_p: Any, mean_q: Any, std_q: Any) -> Any:
    made = distribution.NormalDistribution(mean_p.shape[1])
    return made.create_dist((mean_q, std_q)).kl_divergence(made.create_dist((mean_p, std_p)))


def _squashed_log_prob(mean: Any, std: Any, actions: Any) -> Any:
    made = _Squashed(mean.shape[1])
    return made.log_prob((mean, std), made.inverse_postprocess(actions))


_LOG_PROB, _ENTROPY, _DIVERGENCE, _SQUASHED_LOG_PROB = (
    jax.jit(each) for each in (_log_prob, _entropy, _divergence, _squashed_log_prob)
)


def _by_row(compiled: Any, *columns: Any) -> Any:
    """Results ``[B]``; B is rounded up to a power of two by rows like the last, so that JAX compiles for few shapes."""
    size = len(columns[0])
    more = (1 << (size - 1).bit_length()) - size
    padded = (np.pad(column.astype(np.float32), [(0, more), (0, 0)], mode="edge") for column in columns)
    return np.asarray(compiled(*padded))[:size]


def _estimates(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> Any:
    """Targets and advantages, ``[T, N]``, compiled, as brax runs it.

    T and N are rounded up to a power of two by steps before the first one, on which nothing later depends, so that JAX
    compiles for a few shapes and not for every case.
    """
    steps, envs = rewards.shape
    before = (1 << (steps - 1).bit_length()) - steps, (1 << (envs - 1).bit_length()) - envs
    ended = truncated & ~terminated, terminated
    columns = (np.pad(part.astype(np.float32), [(before[0], 0), (before[1], 0)]) for part in (*ended, rewards, values))
    last = np.pad(next_values[-1].astype(np.float32), (before[1], 0))
    results = _ESTIMATES(*columns, last, lambda_=jnp.float32(lam), discount=jnp.float32(gamma))
    return [np.asarray(result)[before[0] :, before[1] :] for result in results]
