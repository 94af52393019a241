"""Cases about two policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers
from ...invariants.mdps import OnePolicy, TwoPolicies, discounts, mdps, policies, two_policies
from ...reference.arithmetic import Array, convert, exact, log
from ...reference.performance_difference import expected_advantage
from ...reference.policy_evaluation import action_values
from ...reference.tabular_mdp import TabularMDP

__all__ = [
    "NoisyCritic",
    "Path",
    "Potential",
    "Regularised",
    "SoftOptimum",
    "deterministic_policies",
    "few_policies",
    "improvements",
    "noisy_critics",
    "one_state",
    "paths",
    "potentials",
    "regularised",
    "soft_optima",
    "stay_or_go",
    "unichains",
]


@dataclass(frozen=True, eq=False, repr=False)
class Path(Case):
    """A trajectory seen by an arbitrary function V: rewards ``[T]``, V(s_0), …, V(s_T) as ``[T + 1]``, and γ."""

    rewards: Array
    values: Array
    gamma: Any


@dataclass(frozen=True, eq=False, repr=False)
class Potential(Case):
    """A process, a policy and a function of the state, ``[S]``."""

    mdp: TabularMDP
    policy: Array
    potential: Array


@dataclass(frozen=True, eq=False, repr=False)
class NoisyCritic(Case):
    """A process, a policy and the error of an estimate of its action values, ``[S, A]``."""

    mdp: TabularMDP
    old: Array
    noise: Array

    @property
    def greedy(self) -> Array:
        """The policy that is greedy for the estimate Q_old + noise; the first action among ties."""
        best = np.argmax(action_values(self.mdp, self.old) + self.noise, axis=1)
        return convert(best[:, None] == np.arange(self.mdp.actions), self.mdp.arithmetic)


@dataclass(frozen=True, eq=False, repr=False)
class Regularised(Case):
    """Two policies and the temperature τ of the entropy."""

    mdp: TabularMDP
    old: Array
    new: Array
    temperature: Any


@dataclass(frozen=True, eq=False, repr=False)
class SoftOptimum(Case):
    """A soft optimum, from which the rewards follow: V*_τ ``[S]``, π*_τ ``[S, A]`` and some other policy.

    Every process has one such optimum, and all can be written so: no fixed point need be approximated.
    """

    frame: TabularMDP
    values: Array
    optimal: Array
    policy: Array
    temperature: Any

    @property
    def mdp(self) -> TabularMDP:
        """The process in balls, r(s, a) = V*(s) + τ log π*(a|s) − γ Σ_s' P(s'|s, a) V*(s')."""
        future = self.frame.discount * (self.frame.transition @ self.values)
        return replace(self.frame, reward=self.values[:, None] + self.temperature * log(self.optimal) - future)


@st.composite
def paths(draw: st.DrawFn) -> Path:
    """Paths of 0 to 8 steps."""
    steps = draw(st.integers(0, 8))
    return Path(draw(numbers((steps,))), draw(numbers((steps + 1,))), draw(discounts()))


@st.composite
def potentials(draw: st.DrawFn) -> Potential:
    """Potentials of any sign."""
    mdp = draw(mdps())
    return Potential(mdp, draw(policies(mdp)), draw(numbers((mdp.states,))))


@st.composite
def few_policies(draw: st.DrawFn) -> OnePolicy:
    """Processes with at most 3² deterministic policies, and so with at most six logits."""
    mdp = draw(mdps(max_states=2, max_actions=3))
    return OnePolicy(mdp, draw(policies(mdp)))


@st.composite
def improvements(draw: st.DrawFn) -> TwoPolicies:
    """New policies that differ from the old one only at states where that is no loss: Ā ≥ 0 everywhere."""
    case = draw(two_policies())
    gains = expected_advantage(case.mdp, case.old, case.new) >= 0
    return replace(case, new=np.where(gains[:, None], case.new, case.old))


@st.composite
def noisy_critics(draw: st.DrawFn) -> NoisyCritic:
    """Errors large enough to mislead."""
    mdp = draw(mdps())
    return NoisyCritic(mdp, draw(policies(mdp)), draw(numbers((mdp.states, mdp.actions))))


@st.composite
def regularised(draw: st.DrawFn) -> Regularised:
    """Temperatures from 1/8 to 4; actions never taken are common."""
    case = draw(two_policies())
    return Regularised(case.mdp, case.old, case.new, draw(_temperatures()))


@st.composite
def soft_optima(draw: st.DrawFn) -> SoftOptimum:
    """Soft optima with rational values and policies; the rewards contain their logarithms."""
    frame = draw(mdps())
    return SoftOptimum(
        frame,
        draw(numbers((frame.states,))),
        draw(policies(frame, positive=True)),
        draw(policies(frame)),
        draw(_temperatures()),
    )


@st.composite
def unichains(draw: st.DrawFn) -> TwoPolicies:
    """Chains with one recurrent class, transient and periodic states among them: each step may lead to one state."""
    case = draw(two_policies())
    home = draw(distributions((), case.mdp.states, parts=1))
    return replace(case, mdp=replace(case.mdp, transition=(case.mdp.transition + home) / exact(2)))


def deterministic_policies(mdp: TabularMDP) -> Iterator[Array]:
    """All A^S of them."""
    for choice in product(range(mdp.actions), repeat=mdp.states):
        yield convert(np.array(choice)[:, None] == np.arange(mdp.actions), mdp.arithmetic)


def stay_or_go(discount: object, step: object) -> TwoPolicies:
    """s₀: stay for nothing, or go for 1 to s₁, where only costs of 1 are left to be had; (1−α) stay + α go.

    In s₁, absorbing, the old action pays 0 and the new one −1. V_old = 0.
    """
    alpha = exact(step).item()
    chain = exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]])
    mdp = TabularMDP(chain, exact([[0, 1], [0, -1]]), exact([1, 0]), exact(discount).item())
    old, new = exact([[1, 0], [1, 0]]), exact([[0, 1], [0, 1]])
    return TwoPolicies(mdp, old, (1 - alpha) * old + alpha * new)


def one_state(rewards: list[object], discount: object) -> TabularMDP:
    """A bandit: one state, an action for each reward."""
    actions = len(rewards)
    return TabularMDP(exact([[[1]] * actions]), exact([rewards]), exact([1]), exact(discount).item())


def _temperatures() -> st.SearchStrategy[Any]:
    return st.sampled_from(["1", "1/8", "1/2", "4"]).map(lambda text: exact(text).item())
