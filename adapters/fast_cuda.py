"""Our own fast implementation on the GPU: the code that trains on tensors of a device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    import torch

    from ..fast import generalized_advantage_estimation
    from ..fast.device import ppo_loss, tabular
    from ._fast import OnArrays, Rollout
except ImportError as error:
    raise NotInstalledError(error.name or "torch", 'pip install "policyproof[fast,gpu]"') from error

__all__ = ["Implementation"]


class Implementation(OnArrays):
    """``fast-cuda``: tensors on the device, Triton kernels where there are any, in float32.

    Another ``device`` than "cuda" runs the same code without the Triton kernels: how it is tested without a GPU.
    """

    name = "fast-cuda"
    version = ""

    def __init__(self, device: str = "cuda") -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise NotInstalledError("a CUDA device", "this target on a machine with an NVIDIA GPU and its driver")
        self.device = device

    def put(self, value: Any) -> Any:
        """A tensor on the device, reals in float32."""
        if not isinstance(value, np.ndarray):
            return value
        return torch.tensor(value, dtype=torch.float32 if value.dtype.kind == "f" else None, device=self.device)

    def take(self, result: Any) -> Any:
        """A NumPy array."""
        return tuple(map(self.take, result)) if isinstance(result, tuple) else result.cpu().numpy()

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â by a reverse scan in registers, or a blocked associative scan where columns are few."""
        return self._run(generalized_advantage_estimation, *batch, gamma=gamma, lam=lam)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V, as the critic is trained on."""
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """The clipped loss and its gradient in log π."""
        return self._run(ppo_loss.policy_loss, log_probs, old_log_probs, advantages, clip_range=clip_range)[:2]

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """The critic's loss and its gradient in V."""
        reach = float("inf") if clip_range is None else clip_range
        return self._run(ppo_loss.value_loss, values, old_values, returns, clip_range=reach)

    def normalize_advantages(self, advantages: Any) -> Any:
        """As a minibatch is normalised."""
        return self._run(ppo_loss.normalize, advantages)

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """What the early stop looks at."""
        return self._run(ppo_loss.approximate_kl, log_probs, old_log_probs)

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
        """Plain gradient ascent on the clipped objective."""
        numbers = {"clip_range": clip_range, "learning_rate": learning_rate, "epochs": epochs}
        return self._run(tabular.ppo_step, logits, states, actions, advantages, **numbers)

    def collect(self, make_env: Callable[[], Any], policy: Any, values: Any, **settings: Any) -> Rollout:
        """A rollout by the agent's own collector, of environments on the host."""
        played = tabular.play(make_env, policy, values, **settings, device=self.device)
        states = played.observations.argmax(dim=-1)
        columns = states, played.actions, played.rewards, played.advantages, played.returns, played.log_probs
        return Rollout(*map(self.take, columns))

    def train(self, make_env: Callable[[], Any], *, steps: int, seed: int) -> Iterator[Any]:
        """The policy after each update of the agent."""
        return tabular.train(make_env, steps=steps, seed=seed, device=self.device)
