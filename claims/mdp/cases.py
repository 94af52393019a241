"""Cases about one decision process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers
from ...invariants.mdps import OnePolicy, mdps, policies
from ...reference.arithmetic import Array, exact
from ...reference.tabular_mdp import TabularMDP

__all__ = [
    "Features",
    "Horizon",
    "TwoModels",
    "constant_reward",
    "features",
    "horizons",
    "short_horizons",
    "state_rewards",
    "two_models",
]


@dataclass(frozen=True, eq=False, repr=False)
class Horizon(Case):
    """A process, a policy and a number of actions."""

    mdp: TabularMDP
    policy: Array
    horizon: int


@dataclass(frozen=True, eq=False, repr=False)
class Features(Case):
    """A process, a policy and functions f of states and actions, ``[K, S, A]``."""

    mdp: TabularMDP
    policy: Array
    functions: Array


@dataclass(frozen=True, eq=False, repr=False)
class TwoModels(Case):
    """A process, another that differs in its transitions only, and a policy."""

    mdp: TabularMDP
    model: TabularMDP
    policy: Array


@st.composite
def horizons(draw: st.DrawFn, *, longest: int, max_states: int = 4, max_actions: int = 3) -> Horizon:
    """Horizons from 0 to ``longest``."""
    mdp = draw(mdps(max_states, max_actions))
    return Horizon(mdp, draw(policies(mdp)), draw(st.integers(0, longest)))


def short_horizons() -> st.SearchStrategy[Horizon]:
    """Few enough trajectories to enumerate: at most 2⁷ of them."""
    return horizons(longest=3, max_states=2, max_actions=2)


@st.composite
def state_rewards(draw: st.DrawFn) -> OnePolicy:
    """Processes whose reward depends on the state only."""
    mdp = draw(mdps())
    column = draw(numbers((mdp.states, 1)))
    return OnePolicy(replace(mdp, reward=np.repeat(column, mdp.actions, axis=1)), draw(policies(mdp)))


@st.composite
def features(draw: st.DrawFn) -> Features:
    """Two functions at once."""
    mdp = draw(mdps())
    return Features(mdp, draw(policies(mdp)), draw(numbers((2, mdp.states, mdp.actions))))


@st.composite
def two_models(draw: st.DrawFn) -> TwoModels:
    """A model that need not resemble the process at all."""
    mdp = draw(mdps())
    other = draw(distributions((mdp.states, mdp.actions), mdp.states, parts=draw(st.sampled_from([8, 1, 1024]))))
    return TwoModels(mdp, replace(mdp, transition=other), draw(policies(mdp)))


def constant_reward(discount: object, reward: object = 1) -> TabularMDP:
    """One state, one action, the same reward for ever."""
    return TabularMDP(exact([[[1]]]), exact([[reward]]), exact([1]), _number(discount))


def _number(text: object) -> Any:
    return exact(text).item()
