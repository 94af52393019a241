"""Gymnasium environments, which live on the host, for an agent that lives on a device: every step crosses over."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import torch
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv
from torch import Generator, Tensor

from ..environments import Environment, Spaces, autoreset_mode
from .environments import Environments, Transition

__all__ = ["Hosted"]


class Hosted(Environments):
    """N environments of an id, a factory, or a vector environment that resets in the step in which an episode ends.

    Raises ValueError for a vector environment of another autoreset mode or number, and for spaces other than ``Box``
    and ``Discrete``.
    """

    kept = None

    def __init__(self, environment: Environment, envs: int, *, seed: int, device: torch.device | str) -> None:
        self.vector = _same_step(environment, envs)
        self.spaces = Spaces(self.vector)
        self.envs, self.device = envs, torch.device(device)
        self.generator = Generator(self.device).manual_seed(seed)
        self.observation_size, self.actions = self.spaces.inputs, self.spaces.actions
        self.continuous = not self.spaces.discrete
        self._seeds = np.random.default_rng(seed)

    def reset(self) -> Tensor:
        """Begin everywhere anew."""
        observations, _ = self.vector.reset(seed=int(self._seeds.integers(2**31)))
        return self._onto(self.spaces.observe(observations))

    def step(self, actions: Tensor) -> Transition:
        """One step of each on the host."""
        rows = actions.to(torch.float32).cpu().numpy().reshape(self.envs, -1)
        observations, rewards, terminated, truncated, info = self.vector.step(self.spaces.act(rows))
        following = self.spaces.observe(observations)
        final = following.copy()
        over = np.flatnonzero(terminated | truncated)
        if len(over):
            final[over] = self.spaces.observe(np.stack([info["final_obs"][row] for row in over]))
        flags = (torch.as_tensor(flag, device=self.device) for flag in (terminated, truncated))
        return Transition(self._onto(following), self._onto(final), self._onto(np.asarray(rewards, np.float32)), *flags)

    def _onto(self, array: Any) -> Tensor:
        return torch.tensor(array, device=self.device)


def _same_step(environment: Environment, envs: int) -> VectorEnv[Any, Any, Any]:
    if not isinstance(environment, VectorEnv):
        identity = environment
        make = (lambda: gymnasium.make(identity)) if isinstance(identity, str) else identity
        return SyncVectorEnv([make] * envs, autoreset_mode=AutoresetMode.SAME_STEP)
    if autoreset_mode(environment) is not AutoresetMode.SAME_STEP or environment.num_envs != envs:
        raise ValueError(
            f"the vector environment has {environment.num_envs} environments and autoreset mode "
            f"{autoreset_mode(environment).value}; expected {envs} and {AutoresetMode.SAME_STEP.value}"
        )
    return environment
