"""What claims about natural gradients are tried on: ellipsoids, two coordinates, processes with a step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers, table
from ...invariants.mdps import mdps, policies
from ...reference.arithmetic import Array, exact
from ...reference.tabular_mdp import TabularMDP
from ..fisher.cases import LogLinear, log_linear

__all__ = [
    "Ascent",
    "Ellipsoid",
    "Level",
    "Run",
    "TwoCoordinates",
    "ascents",
    "bandit",
    "ellipsoids",
    "levels",
    "runs",
    "steps",
    "two_coordinates",
]

UNIT_INTERVAL = table((0, 1, "1/2", "1/4", "3/4", "1/1024", "1023/1024"))


@dataclass(frozen=True, eq=False, repr=False)
class Ellipsoid(Case):
    """F = LᵀL, a gradient g = F x in its range, some other direction v, and a budget δ."""

    factor: Array
    solution: Array
    direction: Array
    delta: Any

    @cached_property
    def fisher(self) -> Array:
        """F = LᵀL, positive semi-definite, ``[n, n]``."""
        return np.asarray(self.factor.T @ self.factor)

    @cached_property
    def gradient(self) -> Array:
        """G = F x, ``[n]``."""
        return np.asarray(self.fisher @ self.solution)


@dataclass(frozen=True, eq=False, repr=False)
class TwoCoordinates(Case):
    """A log-linear policy with values to climb, and a regular matrix T: θ = T φ."""

    policy: LogLinear
    change: Array


@dataclass(frozen=True, eq=False, repr=False)
class Ascent(Case):
    """A process, a policy of full support, another policy to compare with, and a step size η."""

    mdp: TabularMDP
    policy: Array
    other: Array
    step: Any


@dataclass(frozen=True, eq=False, repr=False)
class Run(Case):
    """A process with rewards in [0, 1], a first policy of full support, a step size η, and T updates."""

    mdp: TabularMDP
    policy: Array
    step: Any
    iterations: int


@dataclass(frozen=True, eq=False, repr=False)
class Level(Case):
    """One state: a policy of full support, advantages of mean 0, and max A/ν in (0, 1)."""

    policy: Array
    advantages: Array
    share: Any


def steps() -> st.SearchStrategy[Any]:
    """η and δ: from 2⁻¹⁰ to 8."""
    return st.sampled_from(["1", "1/2", "1/1024", "8", "1/8"]).map(lambda text: exact(text).item())


@st.composite
def ellipsoids(draw: st.DrawFn) -> Ellipsoid:
    """Singular F, g = 0 and directions of no curvature are common."""
    n = draw(st.integers(1, 4))
    factor = draw(numbers((draw(st.integers(1, 4)), n)))
    return Ellipsoid(factor, draw(numbers((n,))), draw(numbers((n,))), draw(steps()))


@st.composite
def two_coordinates(draw: st.DrawFn) -> TwoCoordinates:
    """T is a product of a lower and an upper triangular matrix with units on the diagonal, up to scale."""
    policy = draw(log_linear())
    n = len(policy.direction)
    identity, entries, scales = np.eye(n, dtype=int), draw(numbers((n, n))), exact(["2", "-1", "1/4"])[:n]
    change = (np.tril(entries, -1) + exact(identity)) @ (np.triu(entries, 1) + exact(identity)) * scales
    return TwoCoordinates(policy, change)


@st.composite
def ascents(draw: st.DrawFn, *, max_states: int = 3) -> Ascent:
    """Processes with a policy of full support."""
    mdp = draw(mdps(max_states, 3))
    return Ascent(mdp, draw(policies(mdp, positive=True)), draw(policies(mdp)), draw(steps()))


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Rewards in [0, 1]; half of the runs start from the uniform policy."""
    mdp = draw(mdps(2, 3))
    mdp = TabularMDP(mdp.transition, draw(numbers(mdp.reward.shape, UNIT_INTERVAL)), mdp.initial, mdp.discount)
    start = draw(policies(mdp, positive=True))
    if draw(st.booleans()):
        start = 0 * start + exact(1) / mdp.actions
    return Run(mdp, start, draw(steps()), draw(st.integers(1, 4)))


@st.composite
def levels(draw: st.DrawFn) -> Level:
    """Large and small trust regions; some advantages are all 0."""
    outcomes = draw(st.integers(2, 4))
    policy = draw(distributions((), outcomes, parts=64, positive=True))
    values = draw(numbers((outcomes,)))
    centred = values - (policy * values).sum()
    return Level(policy, centred, draw(steps()) / 16)


def bandit(rewards: object) -> TabularMDP:
    """One state, γ = 0: J(π) = Σ_a π(a) r(a)."""
    table_ = exact([rewards])
    return TabularMDP(exact(np.ones((1, table_.shape[1], 1))), table_, exact([1]), exact(0).item())
