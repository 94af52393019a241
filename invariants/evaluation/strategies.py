"""Decision processes on which policy evaluation goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact
from ...reference.tabular_mdp import TabularMDP
from ..lattice import MIXED, SMALL, numbers, rounded
from ..mdps import OnePolicy, TwoPolicies, mdps, policies

__all__ = ["Mixture", "Shaped", "batches", "evaluations", "mixtures", "pairs", "processes", "shapings"]

ONE = exact(1).item()
TABLES = st.sampled_from([mdps(max_states=4, max_actions=3, values=values) for values in (SMALL, MIXED)])
"""Made once: Hypothesis labels a strategy by its arguments, and these are long."""
DISCOUNTS = st.sampled_from(["1/2", "0", "99/100", "1023/1024", "9/10", "1/3", "7/8"])


@dataclass(frozen=True, eq=False, repr=False)
class Shaped(OnePolicy):
    """A process with a policy π ``[S, A]`` and a potential Φ ``[S]``."""

    potential: Array


@dataclass(frozen=True, eq=False, repr=False)
class Mixture(TwoPolicies):
    """A process with two policies ``[S, A]`` and the weight of the new one in a mixture."""

    weight: Any


@st.composite
def processes(draw: st.DrawFn, dtype: str = "float64", *, shape: str | None = None) -> TabularMDP:
    """Processes of up to 4 states and 3 actions whose numbers ``dtype`` holds exactly.

    γ = 0, γ within 2⁻¹⁰ of 1, γ that is no short binary fraction, deterministic rows, one state and one action are
    common. ``shape`` is "any", "absorbing" (the last state never leaves itself) or "cut off" (nothing leads to the
    first state, and nothing starts there); one of the three is drawn where none is asked for.
    """
    mdp = draw(draw(TABLES))
    mdp = replace(mdp, discount=rounded(draw(DISCOUNTS), dtype))
    return SHAPES[shape or draw(NAMES)](mdp)


def absorbing(mdp: TabularMDP) -> TabularMDP:
    """The same process, except that the last state leads to itself alone."""
    transition = mdp.transition.copy()
    transition[-1] *= 0
    transition[-1, :, -1] = ONE
    return replace(mdp, transition=transition)


def cut_off(mdp: TabularMDP) -> TabularMDP:
    """The same process, except that all that leads to the first state leads to the last one; of one state, itself."""
    if mdp.states == 1:
        return mdp
    transition, initial = mdp.transition.copy(), mdp.initial.copy()
    for table in (transition, initial):
        table[..., -1] += table[..., 0]
        table[..., 0] *= 0
    return replace(mdp, transition=transition, initial=initial)


SHAPES: dict[str, Callable[[TabularMDP], TabularMDP]] = {
    "any": lambda mdp: mdp,
    "absorbing": absorbing,
    "cut off": cut_off,
}
LEADING, FEW_LEADING = st.sampled_from([(2,), (), (2, 1), (1,)]), st.sampled_from([(2,), ()])
NAMES = st.sampled_from(["any", "absorbing", "cut off"])


@st.composite
def evaluations(draw: st.DrawFn, dtype: str = "float64", *, shape: str | None = None) -> OnePolicy:
    """A process with one policy; deterministic policies, and actions never taken, are common."""
    mdp = draw(processes(dtype, shape=shape))
    return OnePolicy(mdp, draw(policies(mdp)))


@st.composite
def shapings(draw: st.DrawFn, dtype: str = "float64") -> Shaped:
    """A process with a policy and a potential."""
    mdp = draw(processes(dtype))
    return Shaped(mdp, draw(policies(mdp)), draw(numbers((mdp.states,))))


@st.composite
def pairs(draw: st.DrawFn, dtype: str = "float64", *, positive: bool = False) -> TwoPolicies:
    """A process with two policies; ``positive`` gives both full support, so that divergences are finite."""
    mdp = draw(processes(dtype))
    return TwoPolicies(mdp, draw(policies(mdp, positive=positive)), draw(policies(mdp, positive=positive)))


@st.composite
def mixtures(draw: st.DrawFn, dtype: str = "float64") -> Mixture:
    """A process with two policies and the weight of the second, often small."""
    mdp = draw(processes(dtype))
    weight = exact(draw(st.sampled_from(["1/2", "1/8", "1/64", "1", "3/4"]))).item()
    return Mixture(mdp, draw(policies(mdp)), draw(policies(mdp)), weight)


@st.composite
def batches(draw: st.DrawFn, dtype: str = "float64") -> OnePolicy:
    """One process or several in one: each array with its own leading axes, which broadcast; γ is one for all.

    Along an axis of 2 stand an array and the same one back to front, which is a distribution where it was one. With
    one state, arrays have one axis of 2 or none: shapes such as [1, 1] leave a linear solver to guess what is meant.
    """
    mdp = draw(processes(dtype))
    policy = draw(policies(mdp))

    def stacked(array: Array, states: int) -> Array:
        axes = draw(LEADING if mdp.states > 1 else FEW_LEADING)
        turned = np.flip(array, axis=tuple(range(-states, 0)))
        return np.stack([array, turned][: max(axes, default=1)]).reshape(axes + array.shape)

    parts = {name: stacked(getattr(mdp, name), getattr(mdp, name).ndim) for name in ("transition", "reward", "initial")}
    return OnePolicy(replace(mdp, **parts), stacked(policy, policy.ndim))
