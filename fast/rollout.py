"""Playing a vector environment for T steps, whichever way it resets itself, and estimating advantages.

`values[t] = V(s_t)` and `next_values[t] = V(s_{t+1})` of the state that step t really reached:

- next-step autoreset: the observation after an episode's last step is its final one; the step after that only resets,
  whatever the action. That row is no transition. It is marked invalid, and no estimate passes through it.
- same-step autoreset: the observation after the last step belongs to the next episode already; the final one is in
  `info["final_obs"]`.
- disabled: the observation is the final one, and the collector resets those environments that ended.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from .advantage_cpu import generalized_advantage_estimation
from .environments import Spaces, autoreset_mode
from .normalisation import RewardScale, RunningMoments

__all__ = ["Actor", "Collector", "Rollout"]

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


class Actor(Protocol):
    """What plays: rows of observations [N, inputs] in."""

    def act(self, observations: Floats) -> tuple[Floats, Floats, Floats]:
        """Actions [N, D], their log-probabilities [N], and V [N]."""

    def values(self, observations: Floats) -> Floats:
        """V, [N]."""


@dataclass(frozen=True, eq=False)
class Rollout:
    """What happened, [T, N, ·]: `valid` marks transitions; the other rows of next-step autoreset mean nothing.

    `rewards` are as the agent learns from them, scaled where that is asked for. `returns` are advantages + values.
    """

    observations: Floats
    actions: Floats
    log_probs: Floats
    values: Floats
    rewards: Floats
    next_values: Floats
    terminated: Flags
    truncated: Flags
    valid: Flags
    advantages: Floats
    returns: Floats


class Collector:
    """Plays `environments` on from where the last call left them.

    Optional running moments normalise observations (clipped to ±`observation_clip`), and a `RewardScale` rewards;
    they learn from what is played. `episode_returns` and `episode_lengths` are of the last 100 finished episodes, in
    the environment's own rewards; `episodes` counts all.
    """

    def __init__(
        self,
        environments: VectorEnv[Any, Any, Any],
        spaces: Spaces,
        *,
        observation_moments: RunningMoments | None = None,
        observation_clip: float = np.inf,
        reward_scale: RewardScale | None = None,
    ) -> None:
        self.environments, self.spaces, self.mode = environments, spaces, autoreset_mode(environments)
        self.moments, self.clip, self.reward_scale = observation_moments, observation_clip, reward_scale
        self.episodes = 0
        self.episode_returns: deque[float] = deque(maxlen=100)
        self.episode_lengths: deque[int] = deque(maxlen=100)
        count = environments.num_envs
        self._returns, self._lengths = np.zeros(count), np.zeros(count, np.int64)
        self._resetting = np.zeros(count, np.bool_)
        self._shown: Floats | None = None

    def begin(self, seed: int) -> None:
        """Reset all environments."""
        observations, _ = self.environments.reset(seed=seed)
        self._returns[:], self._lengths[:], self._resetting[:] = 0, 0, False
        if self.reward_scale:
            self.reward_scale.begin()
        self._shown = self._observe(observations, learn=~self._resetting)

    def collect(self, actor: Actor, steps: int, *, gamma: float, lam: float) -> Rollout:
        """T = `steps` steps of all environments."""
        if self._shown is None:
            raise RuntimeError("no episode is under way: call begin(seed) first")
        T, N, shown = steps, self.environments.num_envs, self._shown
        observations = np.empty((T, N, self.spaces.inputs), np.float32)
        actions = np.empty((T, N, 1 if self.spaces.discrete else self.spaces.actions), np.float32)
        log_probs, rewards = np.empty((T, N), np.float32), np.empty((T, N), np.float32)
        values = np.empty((T + 1, N), np.float32)
        terminated, truncated, valid = np.empty((T, N), np.bool_), np.empty((T, N), np.bool_), np.ones((T, N), np.bool_)
        finals: list[tuple[int, NDArray[np.int64], Floats]] = []
        for t in range(T):
            observations[t] = shown
            actions[t], log_probs[t], values[t] = actor.act(shown)
            following, reward, ended, cut, info = self.environments.step(self.spaces.act(actions[t]))
            over = ended | cut
            if self._resetting.any():
                valid[t] = ~self._resetting
                ended, cut, over = ended & valid[t], cut & valid[t], over & valid[t]
            terminated[t], truncated[t] = ended, cut
            self._count(reward, valid[t], over)
            rewards[t] = self.reward_scale.scale(reward, over, valid[t]) if self.reward_scale else reward
            if self.mode is AutoresetMode.NEXT_STEP:
                self._resetting = over
            elif over.any():
                rows = np.flatnonzero(over)
                if self.mode is AutoresetMode.SAME_STEP:
                    last = np.stack([info["final_obs"][row] for row in rows])
                else:
                    last = np.asarray(following)[rows]
                    following, _ = self.environments.reset(options={"reset_mask": over})
                finals.append((t, rows, self._observe(last)))
            shown = self._observe(following, learn=~self._resetting)
        self._shown = shown
        values[T] = actor.values(shown)
        next_values = values[1:].copy()
        for t, rows, last in finals:
            next_values[t, rows] = actor.values(last)
        advantages = generalized_advantage_estimation(
            rewards, values[:-1], next_values, terminated, truncated | ~valid, gamma=gamma, lam=lam
        )
        return Rollout(
            observations, actions, log_probs, values[:-1], rewards, next_values,
            terminated, truncated, valid, advantages, advantages + values[:-1],
        )  # fmt: skip

    def observe(self, observations: Any) -> Floats:
        """Rows for the network, normalised by the moments as they are; nothing is learned from them."""
        return self._observe(observations)

    def _observe(self, observations: Any, learn: Flags | None = None) -> Floats:
        rows = self.spaces.observe(observations)
        if not np.isfinite(rows.sum()) and not np.isfinite(rows).all():
            raise FloatingPointError(f"an observation is not finite: {rows[~np.isfinite(rows).all(axis=1)][0]}")
        if self.moments is None:
            return rows
        if learn is not None:
            self.moments.add(rows[learn] if not learn.all() else rows)
        return self.moments.normalise(rows, self.clip)

    def _count(self, reward: NDArray[Any], valid: Flags, over: Flags) -> None:
        np.add(self._returns, reward, out=self._returns, where=valid)
        self._lengths += valid
        if over.any():
            self.episodes += int(over.sum())
            self.episode_returns.extend(self._returns[over].tolist())
            self.episode_lengths.extend(self._lengths[over].tolist())
            self._returns[over], self._lengths[over] = 0, 0
