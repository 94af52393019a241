"""Processes to learn in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact
from ...reference.tabular_mdp import TabularMDP
from ..case import Case
from ..lattice import SMALL, distributions, numbers

__all__ = ["Course", "courses"]


@dataclass(frozen=True, eq=False, repr=False)
class Course(Case):
    """What ``train`` takes; ``terminal`` flags the states that end an episode, ``time_limit`` 0 stands for none."""

    mdp: TabularMDP
    terminal: Array
    time_limit: int
    steps: int
    seed: int


@st.composite
def courses(draw: st.DrawFn, dtype: str = "float64") -> Course:
    """Some 500 steps in 2 to 4 states with 2 or 4 actions, episodes of at most 20 steps, nothing certain."""
    del dtype
    states, actions = draw(st.integers(2, 4)), 2 ** draw(st.integers(1, 2))
    first = states - int(draw(st.booleans()))
    initial = draw(distributions((), first, parts=8, positive=True))
    mdp = TabularMDP(
        draw(distributions((states, actions), states, parts=8, positive=True)),
        draw(numbers((states, actions), SMALL)),
        np.append(initial, exact([0] * (states - first))),
        exact("1/2").item(),
    )
    return Course(
        mdp,
        np.arange(states) >= first,
        draw(st.sampled_from([20, 5, 1, 2])),
        draw(st.sampled_from([512, 500, 300])),
        draw(st.integers(0, 2**31 - 1)),
    )
