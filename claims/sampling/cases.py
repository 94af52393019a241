"""What the sampling schemes are tried on, small enough to enumerate every outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import SMALL, distributions, numbers
from ...invariants.mdps import OnePolicy, discounts, mdps, policies
from ...reference.arithmetic import Array, exact
from ...reference.tabular_mdp import TabularMDP

__all__ = ["OffPolicy", "VineState", "off_policy", "terminating", "vine_states"]


@dataclass(frozen=True, eq=False, repr=False)
class VineState(Case):
    """One root state: π_θ, π_old and q over its actions ``[A]``, and what Q̂(a) may turn out to be.

    Q̂(a) is ``values[a, j]`` with probability ``chances[a, j]``, ``[A, J]``.
    """

    target: Array
    old: Array
    sampling: Array
    values: Array
    chances: Array

    def estimate(self, draw: Any, state: int, action: int) -> Any:  # noqa: ARG002 - there is one state only
        """Q̂(a)."""
        return self.values[action, draw(self.chances[action])]

    @property
    def action_values(self) -> Array:
        """Q(a) = E Q̂(a) ``[A]``."""
        return np.asarray((self.values * self.chances).sum(axis=1))


@dataclass(frozen=True, eq=False, repr=False)
class OffPolicy(Case):
    """A process, the behaviour μ and the target π ``[S, A]``, the truncation levels, and two guesses ``[S, A]``."""

    mdp: TabularMDP
    behaviour: Array
    target: Array
    rho_bar: Any
    c_bar: Any
    lam: Any
    first: Array
    second: Array


@st.composite
def vine_states(draw: st.DrawFn, *, max_actions: int = 3, max_values: int = 2) -> VineState:
    """Root states; π_old and q have full support, π_θ may not."""
    actions, values = draw(st.integers(1, max_actions)), draw(st.integers(1, max_values))
    return VineState(
        draw(distributions((), actions)),
        draw(distributions((), actions, positive=True)),
        draw(distributions((), actions, positive=True)),
        draw(numbers((actions, values))),
        draw(distributions((actions,), values)),
    )


@st.composite
def terminating(draw: st.DrawFn, *, max_states: int = 4, max_actions: int = 2) -> OnePolicy:
    """Processes that only move up and end in the last state, which earns nothing: at most S−1 steps matter."""
    states, actions = draw(st.integers(2, max_states)), draw(st.integers(1, max_actions))
    transition, reward = exact(np.zeros((states, actions, states), int)), draw(numbers((states, actions)))
    for s in range(states - 1):
        transition[s, :, s + 1 :] = draw(distributions((actions,), states - 1 - s, parts=4))
    transition[-1, :, -1] += 1
    reward[-1] = 0 * reward[-1]
    mdp = TabularMDP(transition, reward, draw(distributions((), states)), draw(discounts()))
    return OnePolicy(mdp, draw(policies(mdp)))


@st.composite
def off_policy(draw: st.DrawFn) -> OffPolicy:
    """Off-policy problems with ρ̄ ≥ c̄ > 0; the behaviour has full support."""
    mdp = draw(mdps(max_states=3))
    shape = (mdp.states, mdp.actions)
    levels = sorted(exact(draw(st.lists(st.sampled_from(["1", "1/2", "2", "1/8", "5"]), min_size=2, max_size=2))))
    return OffPolicy(
        mdp,
        draw(policies(mdp, positive=True)),
        draw(policies(mdp)),
        rho_bar=levels[1],
        c_bar=levels[0],
        lam=exact(draw(st.sampled_from(["1", "0", "1/2", "15/16"]))).item(),
        first=draw(numbers(shape, SMALL)),
        second=draw(numbers(shape, SMALL)),
    )
