"""The rollout loop and the rollout buffer of stable-baselines3, fed one trajectory.

A time limit reaches the buffer only through ``OnPolicyAlgorithm.collect_rollouts``, which adds
γ V(terminal_observation) to the reward; so that method runs here, its environment and policy replaced by the case.
"""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from gymnasium import spaces

__all__ = ["CriticTable", "rollout"]


def rollout(
    kind: Any,
    kept: Any,
    critic: Any,
    rewards: Any,
    values: Any,
    next_values: Any,
    terminated: Any,
    truncated: Any,
    *,
    gamma: Any,
    lam: Any,
    **options: Any,
) -> Any:
    """The buffer, of class ``kept``, after ``collect_rollouts`` of an algorithm has played the trajectory.

    ``critic`` is made from a table of values; what it has as ``memory`` is passed on from step to step.
    """
    replayed = _ReplayedEnv(rewards, terminated, truncated)
    policy = critic(np.concatenate([values, next_values]))
    buffer = kept(len(rewards), _STATE, _ACTION, "cpu", gae_lambda=lam, gamma=gamma, n_envs=replayed.num_envs)
    algorithm = SimpleNamespace(
        _last_obs=replayed.states(0),
        _last_episode_starts=np.ones(replayed.num_envs, dtype=bool),
        _update_info_buffer=lambda _infos, _dones: None,
        policy=policy,
        _last_lstm_states=policy.memory(replayed.num_envs),
        use_sde=False,
        device=torch.device("cpu"),
        action_space=_ACTION,
        num_timesteps=0,
        gamma=gamma,
        ep_info_buffer=deque(),
    )
    kind.collect_rollouts(algorithm, replayed, _Silent(), buffer, len(rewards), **options)
    return buffer


_STATE = spaces.Box(-np.inf, np.inf, (1,), dtype=np.float32)
_ACTION = spaces.Discrete(1)


class _ReplayedEnv:
    """A vectorised environment that replays a trajectory; a state is its number in the critic's table.

    State t·N + n is s_t of environment n; T·N on is the state that step t really reached.
    """

    def __init__(self, rewards: Any, terminated: Any, truncated: Any) -> None:
        self.rewards, self.terminated, self.truncated = rewards, terminated, truncated
        self.steps, self.num_envs = rewards.shape
        self.now = 0

    def states(self, row: int) -> Any:
        """One state number an environment, as observations [N, 1]."""
        return (row * self.num_envs + np.arange(self.num_envs, dtype=np.float32))[:, None]

    def step(self, _actions: Any) -> Any:
        """The next transition, reset automatically where it ended an episode, as a VecEnv does it."""
        t, self.now = self.now, self.now + 1
        reached, done = self.states(self.steps + t), self.terminated[t] | self.truncated[t]
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for n in np.flatnonzero(done):
            infos[n] = {
                "terminal_observation": reached[n],
                "TimeLimit.truncated": bool(self.truncated[t, n] and not self.terminated[t, n]),
            }
        following = self.states(t + 1) if t + 1 < self.steps else np.where(done[:, None], self.states(0), reached)
        return following, self.rewards[t].astype(np.float32), done.copy(), infos


class CriticTable:
    """A policy with one action, whose critic looks values up."""

    def __init__(self, values: Any) -> None:
        self.values = torch.tensor(values.reshape(-1, 1), dtype=torch.float32)

    def __call__(self, states: torch.Tensor, *_memory: Any, **_masks: Any) -> Any:
        """Actions, values and log-probabilities."""
        nothing = torch.zeros(len(states))
        return nothing, self.predict_values(states), nothing

    def memory(self, _envs: int) -> Any:
        """A table has none."""

    def predict_values(self, states: torch.Tensor, *_memory: Any) -> torch.Tensor:
        """V of each state number, [N, 1]."""
        return self.values[states.reshape(-1).long()]

    def obs_to_tensor(self, state: Any) -> tuple[torch.Tensor, bool]:
        """One observation as a batch."""
        return torch.as_tensor(state)[None], False

    def set_training_mode(self, _mode: bool) -> None:
        """A table has no modes."""


class _Silent:
    """A callback that lets the rollout go on."""

    def on_rollout_start(self) -> None:
        """Nothing to do."""

    def on_rollout_end(self) -> None:
        """Nothing to do."""

    def update_locals(self, _variables: Any) -> None:
        """Nothing to keep."""

    def on_step(self) -> bool:
        """Go on."""
        return True
