"""Cases about steps away from a policy, and about fixed batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers
from ...invariants.mdps import TwoPolicies, mdps, policies, two_policies
from ...reference.arithmetic import Array, exact, exp
from ...reference.tabular_mdp import TabularMDP

__all__ = ["Batch", "Mixture", "OffPolicy", "Tilt", "batches", "mixtures", "off_policy", "tilts"]


@dataclass(frozen=True, eq=False, repr=False)
class Mixture(Case):
    """Two policies and a step α in [0, 1] from the one to the other."""

    mdp: TabularMDP
    old: Array
    new: Array
    step: Any

    @property
    def mixed(self) -> Array:
        """(1−α) π_old + α π_new."""
        return np.asarray((1 - self.step) * self.old + self.step * self.new)


@dataclass(frozen=True, eq=False, repr=False)
class Tilt(Case):
    """A policy and a change of its softmax logits, ``[S, A]``."""

    mdp: TabularMDP
    old: Array
    change: Array

    @property
    def new(self) -> Array:
        """π_new(a|s) ∝ π_old(a|s) exp(v(s, a)); the same rationals as π_old where v is constant."""
        weights = self.old * exp(self.change - self.change.min(axis=-1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, eq=False, repr=False)
class Batch(Case):
    """Samples (s_i, a_i, Ψ_i), the policy that drew the actions, and a policy to be scored on them."""

    old: Array
    policy: Array
    states: Array
    actions: Array
    psi: Array


@dataclass(frozen=True, eq=False, repr=False)
class OffPolicy(Case):
    """Two policies, the old one of full support, and a number of actions."""

    mdp: TabularMDP
    old: Array
    new: Array
    horizon: int


@st.composite
def mixtures(draw: st.DrawFn) -> Mixture:
    """Steps from 0 to 1, small ones among them."""
    case = draw(two_policies())
    step = draw(st.sampled_from(["1/2", "1", "0", "1/8", "1/1024", "3/4"]).map(lambda text: exact(text).item()))
    return Mixture(case.mdp, case.old, case.new, step)


@st.composite
def tilts(draw: st.DrawFn) -> Tilt:
    """Changes by up to 10, and unequal in every state."""
    mdp = draw(mdps())
    scale = draw(st.sampled_from(["1/8", "1", "1/1024"]).map(lambda text: exact(text).item()))
    return Tilt(mdp, draw(policies(mdp)), scale * draw(numbers((mdp.states, mdp.actions))))


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Up to six samples of two states and three actions: repeated pairs, unseen actions and states, Ψ = 0, ties."""
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 3)))
    size = draw(st.integers(0, 6))
    picks = st.binary(min_size=size, max_size=size).map(lambda data: np.frombuffer(data, dtype=np.uint8).astype(int))
    return Batch(
        draw(distributions(shape[:1], shape[1], positive=True)),
        draw(distributions(shape[:1], shape[1])),
        draw(picks) % shape[0],
        draw(picks) % shape[1],
        draw(numbers((size,))),
    )


@st.composite
def off_policy(draw: st.DrawFn) -> OffPolicy:
    """Few enough trajectories to enumerate."""
    case: TwoPolicies = draw(two_policies(positive=True, max_states=2, max_actions=2))
    return OffPolicy(case.mdp, case.old, case.new, draw(st.integers(0, 3)))
