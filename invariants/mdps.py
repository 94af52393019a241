"""Small adversarial decision processes and policies, in exact rationals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ..reference.arithmetic import Array, exact
from ..reference.tabular_mdp import TabularMDP
from .case import Case
from .lattice import SMALL, distributions, numbers

__all__ = ["OnePolicy", "TwoPolicies", "discounts", "mdps", "one_policy", "policies", "two_policies"]


@dataclass(frozen=True, eq=False, repr=False)
class OnePolicy(Case):
    """A process and a policy π ``[S, A]``."""

    mdp: TabularMDP
    policy: Array


@dataclass(frozen=True, eq=False, repr=False)
class TwoPolicies(Case):
    """A process, the policy that collected the data and the one that is asked about, both ``[S, A]``."""

    mdp: TabularMDP
    old: Array
    new: Array


def discounts() -> st.SearchStrategy[Any]:
    """γ in [0, 1): often 0, often 1/2, often within 2⁻¹⁰ of 1."""
    return st.sampled_from(["1/2", "0", "3/4", "7/8", "15/16", "1/16", "127/128", "1023/1024"]).map(
        lambda text: exact(text).item()
    )


def _parts() -> st.SearchStrategy[int]:
    return st.sampled_from([8, 2, 1, 64, 1024])


@st.composite
def mdps(draw: st.DrawFn, max_states: int = 4, max_actions: int = 3, values: Array = SMALL) -> TabularMDP:
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
