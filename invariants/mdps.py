"""Small adversarial decision processes and policies, in exact rationals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Self

import numpy as np
from hypothesis import strategies as st

from ..reference.arithmetic import Array, exact
from ..reference.tabular_mdp import TabularMDP
from .case import Case
from .lattice import SMALL, Table, distributions, numbers

__all__ = ["OnePolicy", "TwoPolicies", "discounts", "mdps", "one_policy", "policies", "two_policies"]


@dataclass(frozen=True, eq=False, repr=False)
class OneProcess(Case):
    """A process, beside arrays ``[..., S]`` of numbers a state and policies ``[..., S, A]``."""

    mdp: TabularMDP

    def reductions(self) -> Iterator[Self]:
        """The case without one of its states, then without one of its actions.

        What led to the state leads to the last one that is left; what chose the action chooses the last one left.
        """
        if self.mdp.states > 1:
            yield from (self._without_state(state) for state in range(self.mdp.states))
        if self.mdp.actions > 1:
            yield from (self._without_action(action) for action in range(self.mdp.actions))

    def _without_state(self, state: int) -> Self:
        mdp = self.mdp
        smaller = TabularMDP(
            _merged(np.delete(mdp.transition, state, axis=-3), state),
            np.delete(mdp.reward, state, axis=-2),
            _merged(mdp.initial, state),
            mdp.discount,
        )
        parts = {
            name: np.delete(array, state, axis=-2 if self._is_policy(array) else -1)
            for name, array in self._arrays().items()
        }
        return replace(self, mdp=smaller, **parts)

    def _without_action(self, action: int) -> Self:
        transition, reward = (
            np.delete(table, action, axis=axis) for table, axis in ((self.mdp.transition, -2), (self.mdp.reward, -1))
        )
        parts = {name: _merged(array, action) for name, array in self._arrays().items() if self._is_policy(array)}
        return replace(self, mdp=replace(self.mdp, transition=transition, reward=reward), **parts)

    def _arrays(self) -> dict[str, Array]:
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}

    def _is_policy(self, array: Array) -> bool:
        return array.ndim > 1


def _merged(distributions: Array, outcome: int) -> Array:
    """The distributions with the mass of an outcome moved to the last one that is left."""
    result = np.delete(distributions, outcome, axis=-1)
    result[..., -1] += distributions[..., outcome]
    return result


@dataclass(frozen=True, eq=False, repr=False)
class OnePolicy(OneProcess):
    """A process and a policy π ``[S, A]``."""

    policy: Array


@dataclass(frozen=True, eq=False, repr=False)
class TwoPolicies(OneProcess):
    """A process, the policy that collected the data and the one that is asked about, both ``[S, A]``."""

    old: Array
    new: Array


@cache
def discounts() -> st.SearchStrategy[Any]:
    """γ in [0, 1): often 0, often 1/2, often within 2⁻¹⁰ of 1."""
    return st.sampled_from(["1/2", "0", "3/4", "7/8", "15/16", "1/16", "127/128", "1023/1024"]).map(
        lambda text: exact(text).item()
    )


@cache
def _parts() -> st.SearchStrategy[int]:
    return st.sampled_from([8, 2, 1, 64, 1024])


@cache
@st.composite
def mdps(draw: st.DrawFn, max_states: int = 4, max_actions: int = 3, values: Table = SMALL) -> TabularMDP:
    """Processes with deterministic rows, absorbing and unreachable states, tied and zero rewards all common."""
    states, actions = draw(st.integers(1, max_states)), draw(st.integers(1, max_actions))
    return TabularMDP(
        draw(distributions((states, actions), states, parts=draw(_parts()))),
        draw(numbers((states, actions), values)),
        draw(distributions((), states, parts=draw(_parts()))),
        draw(discounts()),
    )


@st.composite
def policies(draw: st.DrawFn, mdp: TabularMDP, *, positive: bool = False) -> Array:
    """Policies of a process; deterministic ones are common unless full support is asked for."""
    parts = draw(st.sampled_from([8, 64, 1024])) if positive else draw(_parts())
    return draw(distributions((mdp.states,), mdp.actions, parts=parts, positive=positive))


@st.composite
def one_policy(draw: st.DrawFn, *, positive: bool = False, max_states: int = 4, max_actions: int = 3) -> OnePolicy:
    """A process with one policy."""
    mdp = draw(mdps(max_states, max_actions))
    return OnePolicy(mdp, draw(policies(mdp, positive=positive)))


@st.composite
def two_policies(draw: st.DrawFn, *, positive: bool = False, max_states: int = 4, max_actions: int = 3) -> TwoPolicies:
    """A process with two policies; ``positive`` gives the old one full support, so that ratios exist."""
    mdp = draw(mdps(max_states, max_actions))
    return TwoPolicies(mdp, draw(policies(mdp, positive=positive)), draw(policies(mdp)))
