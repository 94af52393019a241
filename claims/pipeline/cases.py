"""Processes with a policy and a step; batches for an update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers
from ...invariants.mdps import mdps, policies
from ...reference.arithmetic import Array, exact, solve
from ...reference.policy_evaluation import bellman_matrix, state_values
from ...reference.tabular_mdp import TabularMDP

__all__ = ["Batch", "Stepped", "batches", "performance_gradient", "stepped"]


@dataclass(frozen=True, eq=False, repr=False)
class Stepped(Case):
    """A process, a policy of full support, a critic or baseline ``[S]``, a step size, and a number of steps."""

    mdp: TabularMDP
    policy: Array
    values: Array
    step: Any
    count: int


@dataclass(frozen=True, eq=False, repr=False)
class Batch(Case):
    """A policy ``[S, A]`` of full support, the rows of a batch ``[B]``, and a trust region."""

    policy: Array
    states: Array
    actions: Array
    advantages: Array
    max_kl: Any


@st.composite
def stepped(draw: st.DrawFn, *, max_states: int = 2, max_actions: int = 2, max_count: int = 2) -> Stepped:
    """Steps from 2⁻¹⁰ to 1000."""
    mdp = draw(mdps(max_states, max_actions))
    step = draw(st.sampled_from(["1", "1/2", "1/1024", "8", "1000"]).map(lambda text: exact(text).item()))
    policy, values = draw(policies(mdp, positive=True)), draw(numbers((mdp.states,)))
    return Stepped(mdp, policy, values, step, draw(st.integers(1, max_count)))


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Up to five rows over two states and up to three actions."""
    actions, size = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    policy = draw(distributions((2,), actions, positive=True))
    states, taken = (
        np.array(draw(st.lists(st.integers(0, count - 1), min_size=size, max_size=size))) for count in (2, actions)
    )
    max_kl = draw(st.sampled_from(["1/100", "1/2", "5"]).map(lambda text: exact(text).item()))
    return Batch(policy, states, taken, draw(numbers((size,))), max_kl)


def performance_gradient(mdp: TabularMDP, policy: Array) -> Array:
    """∇J for a softmax table, ``[S, A]``, by differentiating V = r_π + γ P_π V: no visitation, no advantage."""
    backup = mdp.reward + mdp.discount * mdp.transition @ state_values(mdp, policy)
    bellman, result = bellman_matrix(mdp, policy), np.empty_like(policy)
    for state, action in np.ndindex(policy.shape):
        chosen = exact(np.arange(mdp.actions) == action)
        change = 0 * mdp.initial
        change[state] = (policy[state] * (chosen - policy[state, action])) @ backup[state]
        result[state, action] = mdp.initial @ solve(bellman, change)
    return result
