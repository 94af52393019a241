"""Processes to play, policies to play them with, and critics to bootstrap from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact
from ...reference.tabular_mdp import TabularMDP
from ..case import Case
from ..lattice import SMALL, distributions, numbers, rounded

__all__ = ["Play", "long_plays", "plays", "predictable_plays"]


@dataclass(frozen=True, eq=False, repr=False)
class Play(Case):
    """What ``collect`` takes; ``terminal`` flags the states that end an episode, ``time_limit`` 0 stands for none."""

    mdp: TabularMDP
    policy: Array
    values: Array
    terminal: Array
    time_limit: int
    steps: int
    envs: int
    gamma: Any
    lam: Any
    seed: int

    @property
    def instances(self) -> int:
        """N, the number of trajectories."""
        return self.envs


@st.composite
def plays(draw: st.DrawFn, dtype: str = "float64") -> Play:
    """Short plays with time limits, terminal states, both at once, and episodes that outlast the rollout."""
    return draw(_plays(dtype, steps=draw(st.integers(1, 12)), envs=draw(st.integers(1, 3)), parts=8))


@st.composite
def predictable_plays(draw: st.DrawFn, dtype: str = "float64") -> Play:
    """Plays in which all actions do the same, with certainty, and are equally likely: every correct collector, and a
    wrong one too, returns the same numbers, whatever it draws its actions from.
    """  # noqa: D205 - one sentence
    case = draw(_plays(dtype, steps=draw(st.integers(2, 12)), envs=draw(st.integers(1, 3)), parts=1))
    states, actions = case.policy.shape
    first, rewards = case.mdp.transition[:, :1], case.mdp.reward[:, :1]
    mdp = TabularMDP(
        np.repeat(first, actions, axis=1), np.repeat(rewards, actions, axis=1), case.mdp.initial, case.mdp.discount
    )
    policy = np.repeat(exact(np.full((states, 1), 1)) / exact(actions), actions, axis=1)
    limit = _steps_to_an_end(case) if draw(st.booleans()) else 0
    return replace(case, mdp=mdp, policy=policy, time_limit=limit or case.time_limit)


def _steps_to_an_end(case: Play) -> int:
    """After how many steps a play in which nothing is left to chance enters a terminal state; 0 if it never does."""
    state = int(case.mdp.initial.argmax())
    for step in range(1, len(case.policy) + 1):
        state = int(case.mdp.transition[state, 0].argmax())
        if case.terminal[state]:
            return step
    return 0


@st.composite
def long_plays(draw: st.DrawFn, dtype: str = "float64") -> Play:
    """Plays long enough for chance to show: 4 environments, 256 steps, nothing certain but what ends an episode."""
    return draw(_plays(dtype, steps=256, envs=4, parts=8, positive=True))


@st.composite
def _plays(draw: st.DrawFn, dtype: str, *, steps: int, envs: int, parts: int, positive: bool = False) -> Play:
    states, actions = draw(st.integers(2, 4)), 2 ** draw(st.integers(1 if positive else 0, 2))
    ends = draw(st.booleans())
    first = states - 1 if ends else states
    initial = draw(distributions((), first, parts=parts, positive=positive))
    mdp = TabularMDP(
        draw(distributions((states, actions), states, parts=parts, positive=positive)),
        draw(numbers((states, actions), SMALL)),
        np.append(initial, exact([0] * (states - first))),
        exact("1/2").item(),
    )
    terminal = np.zeros(states, dtype=bool)
    terminal[first:] = True
    return Play(
        mdp,
        draw(distributions((states,), actions, parts=8, positive=True)),
        draw(numbers((states,), SMALL)),
        terminal,
        draw(st.sampled_from([0, 3, 1, 2, 5])),
        steps,
        envs,
        rounded(draw(st.sampled_from(["1/2", "1", "99/100", "9/10"])), dtype),
        rounded(draw(st.sampled_from(["1/2", "1", "95/100", "0"])), dtype),
        draw(st.integers(0, 2**31 - 1)),
    )
