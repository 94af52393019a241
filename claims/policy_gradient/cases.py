"""What the evidence on policy gradients is tried on: processes with a policy that depends on parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers
from ...invariants.mdps import discounts, mdps, policies
from ...reference.arithmetic import Array, exact
from ...reference.policy_gradient import softmax_jacobian, softmax_score
from ...reference.tabular_mdp import TabularMDP

__all__ = [
    "DomainPolicy",
    "Episodes",
    "Parametrised",
    "domain_policies",
    "episodes",
    "gradient_bound",
    "parametrised",
    "process",
]


@dataclass(frozen=True, eq=False, repr=False)
class Parametrised(Case):
    """A process and the softmax policy π ∝ exp θᵀφ, given by π ``[S, A]`` itself and φ ``[S, A, D]``."""

    mdp: TabularMDP
    policy: Array
    features: Array

    @cached_property
    def score(self) -> Array:
        """∇log π, ``[S, A, D]``."""
        return softmax_score(self.policy, self.features)

    @cached_property
    def jacobian(self) -> Array:
        """∇π, ``[S, A, D]``."""
        return softmax_jacobian(self.policy, self.features)


@dataclass(frozen=True, eq=False, repr=False)
class Episodes(Parametrised):
    """The same for ``horizon`` actions, with numbers ``table[horizon + 1, S]`` to serve as baseline or critic."""

    horizon: int
    table: Array


@dataclass(frozen=True, eq=False, repr=False)
class DomainPolicy(Case):
    """A process whose first state may be any, and a policy of full support."""

    mdp: TabularMDP
    policy: Array


@st.composite
def parametrised(draw: st.DrawFn, max_states: int = 3, max_actions: int = 3) -> Parametrised:
    """Up to three parameters, shared between states and actions at random; policies of full support."""
    mdp = draw(mdps(max_states, max_actions))
    shape = (mdp.states, mdp.actions, draw(st.integers(1, 3)))
    return Parametrised(mdp, draw(policies(mdp, positive=True)), draw(numbers(shape)))


@st.composite
def episodes(draw: st.DrawFn, most: int = 200) -> Episodes:
    """Episodes of at least one action, with at most so many trajectories; long ones and choices are common."""
    states, actions = draw(st.sampled_from([(2, 2), (1, 2), (2, 3), (1, 3), (3, 2), (2, 1)]))
    parts = st.sampled_from([8, 2, 1, 64])
    mdp = TabularMDP(
        draw(distributions((states, actions), states, parts=draw(parts))),
        draw(numbers((states, actions))),
        draw(distributions((), states, parts=draw(parts))),
        draw(discounts()),
    )
    horizons = [steps for steps in (4, 3, 2) if states * (actions * states) ** steps <= most]
    horizon = draw(st.sampled_from([*horizons, 1]))
    return Episodes(
        mdp,
        draw(policies(mdp, positive=True)),
        draw(numbers((states, actions, draw(st.integers(1, 2))))),
        horizon,
        draw(numbers((horizon + 1, states))),
    )


@st.composite
def domain_policies(draw: st.DrawFn) -> DomainPolicy:
    """Where every policy visits every state, so that the mismatch of visitations is finite."""
    mdp = draw(mdps(4, 3))
    initial = draw(distributions((), mdp.states, parts=draw(st.sampled_from([8, 64, 1024])), positive=True))
    return DomainPolicy(
        TabularMDP(mdp.transition, mdp.reward, initial, mdp.discount), draw(policies(mdp, positive=True))
    )


def gradient_bound(case: Parametrised) -> float:
    """(24 S³ 2ˢ κ + 16(S A + S + 8)) u R M/(1−γ)², κ = (1+γ)/(1−γ), R = max|r|, M = 2 max|φ| ≥ max|∇log π|.

    Elimination with pivoting solves a system within 3S³2ˢ⁻¹κu of its norm (Higham, 2002, theorem 9.5); a gradient
    comes out of two such solves and at most S A + S + 8 further roundings of terms below 2RM/(1−γ)². Doubled.
    """
    states, actions = case.policy.shape
    discount = float(case.mdp.discount)
    condition, roundings = (1 + discount) / (1 - discount), 16.0 * (states * actions + states + 8)
    magnitude = np.abs(case.mdp.reward).max() * 2 * np.abs(case.features).max() / (1 - discount) ** 2
    return float((24.0 * states**3 * 2**states * condition + roundings) * 2.0**-53 * magnitude)


def process(transition: Sequence[object], reward: Sequence[object], discount: object) -> TabularMDP:
    """A process that starts in state 0, from numbers as a reader would write them."""
    initial = [1, *[0] * (len(reward) - 1)]
    return TabularMDP(exact(transition), exact(reward), exact(initial), exact(discount).item())
