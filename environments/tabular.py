"""A tabular process to play, which keeps the record of everything that was played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, SupportsFloat

import gymnasium
import numpy as np
from gymnasium.error import InvalidAction, ResetNeeded
from gymnasium.spaces import Discrete

from ..reference.arithmetic import Arithmetic, Array
from ..reference.tabular_mdp import InvalidMDPError, TabularMDP

__all__ = ["Reset", "Step", "TabularEnv"]


@dataclass(frozen=True)
class Reset:
    """An episode began in ``state``."""

    state: int


@dataclass(frozen=True)
class Step:
    """``action`` in ``state`` earned ``reward`` and led to ``next_state``."""

    state: int
    action: int
    reward: float
    next_state: int
    terminated: bool
    truncated: bool


class TabularEnv(gymnasium.Env[Any, Any]):
    """s₀ ~ μ, s_{t+1} ~ P(·|s_t, a_t), r_t = r(s_t, a_t): a process as a Gymnasium environment.

    An agent sees the state; the discount is not part of play. ``log`` is written by the environment, so an agent
    cannot misreport what it did or earned (the idea of Osband et al., 2020, "Behaviour suite").

    Parameters
    ----------
    mdp : one process, in any arithmetic; it is played in float64.
    time_limit : an episode is truncated at its step number ``time_limit``; None plays on. The step that reaches a
        terminal state at the limit is both terminated and truncated, as with Gymnasium's own ``TimeLimit``.
    terminal_states : entering one of them terminates the episode.

    Raises
    ------
    InvalidMDPError: ``mdp`` is a batch of processes, a terminal state does not exist or may be the first state, or
        ``time_limit`` is less than 1.
    gymnasium.error.ResetNeeded: ``step`` before ``reset``, or after an episode's end.
    gymnasium.error.InvalidAction: an action is not among 0 … A−1.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - Gymnasium declares it as an instance variable

    def __init__(self, mdp: TabularMDP, time_limit: int | None = None, terminal_states: Sequence[int] = ()) -> None:
        table = mdp.to(Arithmetic.FLOAT)
        if table.transition.ndim != 3 or table.initial.ndim != 1 or table.reward.ndim != 2:
            raise InvalidMDPError("an environment plays one process, not a batch of them")
        if time_limit is not None and time_limit < 1:
            raise InvalidMDPError(f"time_limit is {time_limit}; an episode has at least one step")
        self.terminal_states = frozenset(int(state) for state in terminal_states)
        for state in sorted(self.terminal_states):
            if not 0 <= state < mdp.states:
                raise InvalidMDPError(f"terminal state {state} is outside 0 … {mdp.states - 1}")
            if table.initial[state] > 0:
                raise InvalidMDPError(
                    f"terminal state {state} is a first state with probability {table.initial[state]}"
                )
        self.time_limit = time_limit
        self.observation_space = Discrete(mdp.states)
        self.action_space = Discrete(mdp.actions)
        self._reward = table.reward
        self._initial = _cumulative(table.initial)
        self._transition = _cumulative(table.transition)
        self._log: list[Reset | Step] = []
        self._state: int | None = None
        self._elapsed = 0

    @property
    def log(self) -> tuple[Reset | Step, ...]:
        """Everything that happened since this environment was made, oldest first."""
        return tuple(self._log)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Begin an episode: s₀ ~ μ. Equal seeds and actions give equal episodes; ``options`` has no effect."""
        super().reset(seed=seed, options=options)
        self._state, self._elapsed = self._draw(self._initial), 0
        self._log.append(Reset(self._state))
        return self._state, {}

    def step(self, action: int) -> tuple[int, SupportsFloat, bool, bool, dict[str, Any]]:
        """Take ``action``: returns the next state, the reward, terminated, truncated and an empty dictionary."""
        if self._state is None:
            raise ResetNeeded("no episode is under way: call reset() first")
        if not self.action_space.contains(action):
            raise InvalidAction(f"{action!r} is not among the actions 0 … {self._reward.shape[1] - 1}")
        state, following = self._state, self._draw(self._transition[self._state, action])
        self._elapsed += 1
        reward = float(self._reward[state, action])
        terminated, truncated = following in self.terminal_states, self._elapsed == self.time_limit
        self._log.append(Step(state, int(action), reward, following, terminated, truncated))
        self._state = None if terminated or truncated else following
        return following, reward, terminated, truncated, {}

    def _draw(self, cumulative: Array) -> int:
        return int(np.searchsorted(cumulative, self.np_random.random(), side="right"))


def _cumulative(probabilities: Array) -> Array:
    """Σ_{i ≤ j} p_i, ending in exactly 1, so that a number below 1 always falls on an outcome with p > 0."""
    sums = np.cumsum(probabilities, axis=-1)
    return np.asarray(sums / sums[..., -1:])
