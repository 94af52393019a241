"""agilerl: ``collect_rollouts`` of its on-policy agents, fed one trajectory, and its rollout buffer. Tried with 2.58.

An observation is the number of a state in a table of values.
"""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    import torch
    from agilerl.components.rollout_buffer import RolloutBuffer
    from agilerl.rollouts.on_policy import collect_rollouts
    from gymnasium import spaces

    from ._torch import tensor
except ImportError as error:
    raise NotInstalledError("agilerl", "pip install agilerl peft") from error

__all__ = ["Implementation"]


class Implementation:
    """``agilerl``, in float32."""

    name = "agilerl"
    version = version("agilerl")
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantages`` of the buffer."""
        return _rollout(*batch, gamma=gamma, lam=lam)["advantages"].numpy().copy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns`` of the buffer."""
        return _rollout(*batch, gamma=gamma, lam=lam)["returns"].numpy().copy()


_STATE = spaces.Box(-np.inf, np.inf, (1,), dtype=np.float32)
_ACTION = spaces.Discrete(1)


def _rollout(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> Any:
    steps, envs = rewards.shape
    table = tensor(np.concatenate([values, next_values[-1:]]).ravel())
    states = np.arange((steps + 1.0) * envs, dtype=np.float32).reshape(steps + 1, envs, 1)
    now = iter(range(steps))

    def step(_actions: Any) -> Any:
        t = next(now)
        return states[t + 1], rewards[t].astype(np.float32), terminated[t].copy(), truncated[t].copy(), {}

    def looked_up(observation: Any) -> torch.Tensor:
        return table[torch.as_tensor(observation).reshape(-1).long()]

    nothing = np.zeros(envs)
    agent: Any = SimpleNamespace(
        num_envs=envs,
        learn_step=steps * envs,
        action_space=_ACTION,
        scores=[],
        actor=None,
        registry=SimpleNamespace(policy=lambda: "actor"),
        rollout_buffer=RolloutBuffer(steps, _STATE, _ACTION, envs, gae_lambda=lam, gamma=gamma),
        preprocess_observation=lambda observation: observation,
        get_action=lambda observation, **_options: (nothing, nothing, nothing, looked_up(observation).numpy()),
        _get_action_and_values=lambda observation: (None, None, None, looked_up(observation), None),
    )
    collect_rollouts(agent, SimpleNamespace(reset=lambda: (states[0], {}), step=step), n_steps=steps)
    return agent.rollout_buffer.buffer
