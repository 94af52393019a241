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
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from .actor_critic import ActorCritic
from .advantage_cpu import generalized_advantage_estimation
from .cartpole import CartPole
from .compilation import kept
from .environments import Spaces, autoreset_mode
from .normalisation import RewardScale, RunningMoments

__all__ = ["Collector", "Network", "Rollout"]

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


class Network(Protocol):
    """What plays: rows of observations [N, inputs] in."""

    def noise(self, random: np.random.Generator, rows: int) -> Floats:
        """What `act` draws actions with, [rows, ·]."""

    def act(self, observations: Floats, noise: Floats) -> tuple[Floats, Floats, Floats]:
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


class _Played(NamedTuple):
    """What a rollout fills, [T, N, ·]; observations and values have one row more, of what is shown in the end."""

    observations: Floats
    actions: Floats
    log_probs: Floats
    values: Floats
    rewards: Floats
    terminated: Flags
    truncated: Flags
    valid: Flags


_Finals: TypeAlias = list[tuple[int, NDArray[np.int64], Floats]]
"""(t, the environments whose episode ended in step t, what they showed last), where nothing else shows it."""


class Collector:
    """Plays `environments` on from where the last call left them.

    Optional running moments normalise observations (clipped to ±`observation_clip`), and a `RewardScale` rewards;
    they learn from what is played. `episode_returns` and `episode_lengths` are of the last 100 finished episodes, in
    the environment's own rewards; `episodes` counts all. `threads` is 1 or 2, and changes no bit.
    """

    def __init__(
        self,
        environments: VectorEnv[Any, Any, Any],
        spaces: Spaces,
        *,
        observation_moments: RunningMoments | None = None,
        observation_clip: float = np.inf,
        reward_scale: RewardScale | None = None,
        threads: int = 1,
    ) -> None:
        self.environments, self.spaces, self.mode = environments, spaces, autoreset_mode(environments)
        self.moments, self.clip, self.reward_scale = observation_moments, observation_clip, reward_scale
        self.threads, self.episodes = threads, 0
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

    def collect(
        self, network: Network, random: np.random.Generator, steps: int, *, gamma: float, lam: float
    ) -> Rollout:
        """T = `steps` steps of all environments."""
        if self._shown is None:
            raise RuntimeError("no episode is under way: call begin(seed) first")
        T, N, D = steps, self.environments.num_envs, 1 if self.spaces.discrete else self.spaces.actions
        noise = network.noise(random, T * N).reshape(T, N, D)
        played = _Played(
            np.empty((T + 1, N, self.spaces.inputs), np.float32), np.empty((T, N, D), np.float32),
            np.empty((T, N), np.float32), np.empty((T + 1, N), np.float32), np.empty((T, N), np.float32),
            np.empty((T, N), np.bool_), np.empty((T, N), np.bool_), np.ones((T, N), np.bool_),
        )  # fmt: skip
        observations, actions, log_probs, values, rewards, terminated, truncated, valid = played
        observations[0] = self._shown
        as_shown = self.moments is None and self.reward_scale is None
        finals: _Finals = []
        if as_shown and isinstance(self.environments, CartPole) and isinstance(network, ActorCritic):
            self.environments.play(network, noise, *played, threads=self.threads)
            earned, self._resetting = rewards.astype(np.float64), self.environments.prev_done.copy()
        else:
            earned, finals = self._step_by_step(network, noise, played)
        self._shown = observations[T].copy()
        self._count(earned, valid, terminated | truncated)
        next_values = values[1:].copy()
        for t, rows, last in finals:
            next_values[t, rows] = network.values(last)
        advantages = generalized_advantage_estimation(
            rewards, values[:-1], next_values, terminated, truncated | ~valid, gamma=gamma, lam=lam
        )
        return Rollout(
            observations[:-1], actions, log_probs, values[:-1], rewards, next_values,
            terminated, truncated, valid, advantages, advantages + values[:-1],
        )  # fmt: skip

    def _step_by_step(self, network: Network, noise: Floats, played: _Played) -> tuple[NDArray[np.float64], _Finals]:
        """Fill `played`; the environment's own rewards, and the final observations that nothing follows."""
        observations, actions, log_probs, values, rewards, terminated, truncated, valid = played
        earned, finals = np.empty(rewards.shape), []
        for t in range(len(actions)):
            actions[t], log_probs[t], values[t] = network.act(observations[t], noise[t])
            following, earned[t], ended, cut, info = self.environments.step(self.spaces.act(actions[t]))
            if self._resetting.any():
                valid[t] = ~self._resetting
                ended, cut = ended & valid[t], cut & valid[t]
            terminated[t], truncated[t], over = ended, cut, ended | cut
            rewards[t] = self.reward_scale.scale(earned[t], over, valid[t]) if self.reward_scale else earned[t]
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
            observations[t + 1] = self._observe(following, learn=~self._resetting)
        values[-1] = network.values(observations[-1])
        return earned, finals

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

    def _count(self, earned: NDArray[np.float64], valid: Flags, over: Flags) -> None:
        returns, lengths = np.empty(over.sum()), np.empty(over.sum(), np.int64)
        _tally(earned, valid, over, self._returns, self._lengths, returns, lengths)
        self.episodes += len(returns)
        self.episode_returns.extend(returns[-100:].tolist())
        self.episode_lengths.extend(lengths[-100:].tolist())


@kept
def _tally(
    earned: Any, valid: Any, over: Any, returns: Any, lengths: Any, finished_returns: Any, finished_lengths: Any
) -> None:
    """Add up what each of N environments earns in T steps; what an episode has earned at its end is written down."""
    found = 0
    for t in range(len(earned)):
        for i in range(returns.size):
            if valid[t, i]:
                returns[i] += earned[t, i]
                lengths[i] += 1
            if over[t, i]:
                finished_returns[found], finished_lengths[found] = returns[i], lengths[i]
                returns[i], lengths[i] = 0, 0
                found += 1
