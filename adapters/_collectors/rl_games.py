"""rl_games' discrete agent on an ``IVecEnv`` of Gymnasium environments, up to its update."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from rl_games.common.ivecenv import IVecEnv
from rl_games.common.tr_helpers import DefaultRewardsShaper

from .._rl_games import Network, agent
from .._torch import Table, generators_kept

__all__ = ["Seen", "collected", "playing"]


class Vector(IVecEnv):  # type: ignore[misc]
    """Environments that are reset where they ended; ``time_outs`` says where that was no termination."""

    def __init__(self, envs: list[Any], seed: int) -> None:
        self.envs, self.seed = envs, seed

    def reset(self) -> Any:
        """The first states, as observations ``[N, 1]``."""
        return self._observed([env.reset(seed=self.seed + n)[0] for n, env in enumerate(self.envs)])

    def step(self, actions: Any) -> Any:
        """Observations after resets, rewards, ends of either kind, and which of them were time limits."""
        results = [env.step(int(action)) for env, action in zip(self.envs, actions, strict=True)]
        reached, rewards, terminated, truncated, _ = (np.array(column) for column in zip(*results, strict=True))
        ended = terminated | truncated
        rows = zip(self.envs, ended, reached, strict=True)
        states = [env.reset()[0] if over else state for env, over, state in rows]
        limits = {"time_outs": (truncated & ~terminated).astype(np.float32)}
        return self._observed(states), rewards.astype(np.float32), ended, limits

    def _observed(self, states: Any) -> Any:
        return np.array(states, dtype=np.float32)[:, None]


class Seen(Table):
    """A table whose row is the observation ``[B, 1]``."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Of each observation, ``[B, ·]``."""
        return super().forward(self.one_hot(states[:, 0]))


def playing(policy: Seen, critic: Seen, envs: list[Any], steps: int, seed: int, **changed: Any) -> Any:
    """An agent that plays in these environments."""
    how = {"vec_env": Vector(envs, seed), "reward_shaper": DefaultRewardsShaper()}
    actions = spaces.Discrete(policy.out_features)
    return agent(Network(policy, critic), actions, steps, actors=len(envs), **how | changed)


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """The experience after ``play_steps``; advantages are returns less values, as ``prepare_dataset`` forms them."""
    tables = Seen(np.log(policy)), Seen(values[:, None])
    made = playing(*tables, [make_env() for _ in range(envs)], steps, seed, gamma=gamma, tau=lam)
    with generators_kept(), torch.no_grad():
        torch.manual_seed(seed)
        made.init_tensors()
        made.obs = made.env_reset()
        batch = made.play_steps()
    played = made.experience_buffer.tensor_dict
    columns = {"states": played["obses"], "actions": played["actions"], "rewards": played["rewards"]}
    columns |= {"log_probs": -played["neglogpacs"], "returns": batch["returns"].reshape(envs, steps).T}
    columns["advantages"] = (batch["returns"] - batch["values"]).reshape(envs, steps).T
    return SimpleNamespace(**{name: column.reshape(steps, envs).numpy().copy() for name, column in columns.items()})
