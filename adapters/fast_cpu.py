"""Our own fast implementation on the CPU, from the kernels that train."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    from ..fast import ppo_loss, tabular_ppo
    from ..fast.advantage_cpu import generalized_advantage_estimation
    from ._fast import OnArrays, Rollout
except ImportError as error:
    raise NotInstalledError(error.name or "numba", 'pip install "policyproof[fast]"') from error

__all__ = ["Implementation"]


class Implementation(OnArrays):
    """``fast-cpu``: NumPy arrays in, the numba kernels, NumPy arrays out, in float32."""

    name = "fast-cpu"
    version = ""
    device = "cpu"

    def put(self, value: Any) -> Any:
        """Reals in float32."""
        return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value

    def take(self, result: Any) -> Any:
        """The array itself."""
        return result

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â by the blocked reverse scan."""
        rewards, values, next_values = (array.astype(np.float32) for array in batch[:3])
        return generalized_advantage_estimation(rewards, values, next_values, *batch[3:], gamma=gamma, lam=lam)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V, as the critic is trained on."""
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)

    def ppo_policy_loss(self, *batch: Any, clip_range: float) -> Any:
        """The clipped loss and its gradient in log π."""
        columns, gradient = [array.astype(np.float32) for array in batch], np.empty(len(batch[0]), np.float32)
        loss, _ = ppo_loss.policy_loss(*columns, clip_range, len(gradient), gradient)
        return loss, gradient

    def value_loss(self, *batch: Any, clip_range: float | None) -> Any:
        """The loss, clipped unless ``clip_range`` is None, and its gradient in V."""
        columns, gradient = [array.astype(np.float32) for array in batch], np.empty(len(batch[0]), np.float32)
        reach = np.inf if clip_range is None else clip_range
        return ppo_loss.value_loss(*columns, reach, len(gradient), gradient), gradient

    def normalize_advantages(self, advantages: Any) -> Any:
        """As each minibatch is normalised."""
        normalised = np.empty(len(advantages), np.float32)
        ppo_loss.normalize(advantages.astype(np.float32), normalised)
        return normalised

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """The estimate that may end an update early."""
        columns = log_probs.astype(np.float32), old_log_probs.astype(np.float32)
        return ppo_loss.approximate_kl(*columns, len(log_probs))

    def ppo_step(
        self,
        logits: Any,
        states: Any,
        actions: Any,
        advantages: Any,
        *,
        clip_range: float,
        learning_rate: float,
        epochs: int,
    ) -> Any:
        """The gradient of the compiled update, of a network that is a table."""
        return tabular_ppo.ppo_step(
            logits.astype(np.float32),
            states,
            actions,
            advantages.astype(np.float32),
            clip_range=clip_range,
            learning_rate=learning_rate,
            epochs=epochs,
        )

    def collect(self, make_env: Callable[[], Any], policy: Any, values: Any, **settings: Any) -> Rollout:
        """A rollout by the agent's own collector."""
        played = tabular_ppo.play(make_env, policy, values, **settings)
        states, actions = played.observations.argmax(axis=-1), played.actions[..., 0].astype(np.int64)
        return Rollout(states, actions, played.rewards, played.advantages, played.returns, played.log_probs)

    def train(self, make_env: Callable[[], Any], *, steps: int, seed: int) -> Iterator[Any]:
        """The policy after each update of the agent."""
        return tabular_ppo.train(make_env, steps=steps, seed=seed)
