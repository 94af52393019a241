"""The return along one path estimates Q^π, up to what truncation hides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact
from ...reference.policy_evaluation import action_values
from ...reference.sampling import Draw, action_values_within, expectation, rollout_return, single_path, state_law
from ...reference.tabular_mdp import TabularMDP
from ..evidence import identity, inequality, tight
from .cases import terminating

STEPS = 3


def enumerated(case: OnePolicy, steps: int) -> Array:
    """E[Q̂(s, a)] over all rollouts of N steps, ``[S, A]``."""

    def mean(state: int, action: int) -> Any:
        return expectation(lambda draw: rollout_return(draw, case.mdp, case.policy, state, action, steps))

    return np.array([[mean(s, a) for a in range(case.mdp.actions)] for s in range(case.mdp.states)])


@identity("sampling-single-path", cases=one_policy(max_states=2, max_actions=2))
def rollouts_of_a_few_steps(case: OnePolicy) -> tuple[Array, Array]:
    """E[Q̂ | s₀ = s, a₀ = a] = Q_N(s, a): all rollouts of N steps, against N backups."""
    return enumerated(case, STEPS), action_values_within(case.mdp, case.policy, STEPS)


@identity("sampling-single-path", cases=terminating(max_states=3))
def paths_that_end_are_unbiased(case: OnePolicy) -> tuple[Array, Array]:
    """E[Q̂(s, a)] = Q^π(s, a) where every path ends in time: enumeration against the linear solve."""
    return enumerated(case, case.mdp.states - 1), action_values(case.mdp, case.policy)


@identity("sampling-single-path", cases=one_policy(max_states=2, max_actions=2))
def every_step_of_one_path(case: OnePolicy) -> tuple[Array, Array]:
    """E[Q̂_t 1[s_t = s, a_t = a]] = P(s_t = s) π(a|s) Q_{N−t}(s, a) for t < N: later steps see fewer rewards."""
    shape = (STEPS, case.mdp.states, case.mdp.actions)

    def sorted_out(draw: Draw) -> Array:
        table = exact(np.zeros(shape, dtype=int))
        for t, (s, a, value) in enumerate(single_path(draw, case.mdp, case.policy, STEPS)):
            table[t, s, a] = value
        return table

    expected = [
        state_law(case.mdp, case.policy, t)[:, None]
        * case.policy
        * action_values_within(case.mdp, case.policy, STEPS - t)
        for t in range(STEPS)
    ]
    return expectation(sorted_out), np.array(expected)


@inequality("sampling-single-path", cases=one_policy())
def truncation_bias(case: OnePolicy) -> tuple[Any, Any]:
    """|Q_N(s, a) − Q^π(s, a)| ≤ γ^N max|r| / (1−γ), N = T − t the steps left in a path cut at T."""
    gaps, limits = [], []
    truth, gamma = action_values(case.mdp, case.policy), case.mdp.discount
    for steps in (0, 1, 2, 5):
        gaps.append(abs(action_values_within(case.mdp, case.policy, steps) - truth).max())
        limits.append(gamma**steps * abs(case.mdp.reward).max() / (1 - gamma))
    return np.array(gaps), np.array(limits)


@tight("sampling-single-path", of=truncation_bias, reaches=1)
def a_constant_reward() -> Iterator[OnePolicy]:
    """One state that earns 1 for ever: all of γ^N/(1−γ) is hidden."""
    yield OnePolicy(TabularMDP(exact([[[1]]]), exact([[1]]), exact([1]), exact("7/8").item()), exact([[1]]))
