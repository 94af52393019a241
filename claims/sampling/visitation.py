"""The states of a rollout are neither samples of d_π nor independent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact
from ...reference.policy_evaluation import policy_transition
from ...reference.sampling import (
    Draw,
    expectation,
    geometric_stop,
    outcomes,
    single_path,
    state_law,
    time_average_law,
    two_step_covariance,
)
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, fact, identity

SMALL = one_policy(max_states=2, max_actions=2)
STEPS = 2


def indicator(states: int, state: int) -> Array:
    """1[s = state] ``[S]``."""
    return exact((np.arange(states) == state).astype(int))


@identity("visitation-sampling", cases=SMALL)
def geometric_stopping_samples_the_visitation(case: OnePolicy) -> tuple[Array, Array]:
    """P(s_T = s) = d_π(s) for P(T = t) = (1−γ)γᵗ: rollouts that stop within N steps, and d from where others are."""
    size = case.mdp.states
    onward = [visitation(replace(case.mdp, initial=indicator(size, s)), case.policy) for s in range(size)]

    def stopped(draw: Draw) -> Array:
        state, done = geometric_stop(draw, case.mdp, case.policy, STEPS)
        return indicator(size, state) if done else onward[state]

    return expectation(stopped), visitation(case.mdp, case.policy)


@identity("visitation-sampling", cases=SMALL)
def discount_weights_sample_the_visitation(case: OnePolicy) -> tuple[Array, Array]:
    """(1−γ) Σ_{t<N} γᵗ P(s_t = s) + γ^N d_π from s_N = d_π: weighting by γᵗ corrects the law."""
    gamma, size = case.mdp.discount, case.mdp.states
    laws = [state_law(case.mdp, case.policy, t) for t in range(5)]
    weighted = sum((1 - gamma) * gamma**t * law for t, law in enumerate(laws[:-1]))
    rest = visitation(replace(case.mdp, initial=laws[-1]), case.policy)
    return weighted + gamma ** (len(laws) - 1) * rest, visitation(case.mdp, case.policy).reshape(size)


@identity("visitation-sampling", cases=SMALL)
def on_policy_states_have_the_average_law(case: OnePolicy) -> tuple[Array, Array]:
    """A state picked uniformly from N on-policy steps has the law (1/N) Σ_{t<N} P(s_t = s), whatever γ is."""
    size, steps = case.mdp.states, 3

    def picked(draw: Draw) -> Array:
        path = single_path(draw, case.mdp, case.policy, steps)
        return np.asarray(sum(indicator(size, s) for s, _, _ in path) / exact(steps).item())

    return expectation(picked), time_average_law(case.mdp, case.policy, steps)


@counterexample("visitation-sampling")
def ten_on_policy_states() -> Counterexample:
    """Without γᵗ weights the absorbing state is met far too often."""
    mdp = TabularMDP(exact([[[0, 1]], [[0, 1]]]), exact([[0], [0]]), exact([1, 0]), exact("1/2").item())
    policy = exact([[1], [1]])
    return Counterexample(
        "s₀ → s₁ absorbing, γ = 1/2",
        ("share of s₀ among the first 10 on-policy states", time_average_law(mdp, policy, 10)[0]),
        "<",
        ("d_π(s₀)", visitation(mdp, policy)[0]),
    )


@identity("rollout-states-correlated", cases=SMALL)
def covariance_of_neighbours(case: OnePolicy) -> tuple[Any, Any]:
    """Cov(1[s_t = s], 1[s_{t+1} = s']) by enumeration of paths is p_t(s)(P_π(s'|s) − p_{t+1}(s')), t = 0 and 1."""
    size = case.mdp.states

    def pair(draw: Draw) -> tuple[Array, Array, Array]:
        states = [s for s, _, _ in single_path(draw, case.mdp, case.policy, 3)]
        at = np.array([indicator(size, s) for s in states])
        return np.stack([np.outer(at[t], at[t + 1]) for t in (0, 1)]), at[:2], at[1:]

    joint, here, there = (sum(p * result[part] for p, result in outcomes(pair)) for part in range(3))
    formula = np.stack([two_step_covariance(case.mdp, case.policy, t) for t in (0, 1)])
    return joint - here[:, :, None] * there[:, None, :], formula


@fact("rollout-states-correlated", cases=one_policy())
def correlated_unless_the_past_is_forgotten(case: OnePolicy) -> None:
    """All covariances of s_t and s_{t+1} vanish iff P_π has the same row in every state that s_t may be in."""
    for t in (0, 1, 3):
        rows = policy_transition(case.mdp, case.policy)[state_law(case.mdp, case.policy, t) > 0]
        forgotten = bool(np.all(rows == rows[0]))
        assert forgotten == bool(np.all(two_step_covariance(case.mdp, case.policy, t) == 0)), str(case)


@fact("rollout-states-correlated")
def two_chains() -> str:
    """From a fair first state a chain that alternates has covariance −1/4, and one that draws afresh has none."""
    reward, fair, gamma = exact([[0], [0]]), exact(["1/2", "1/2"]), exact("1/2").item()
    alternating = TabularMDP(exact([[[0, 1]], [[1, 0]]]), reward, fair, gamma)
    fresh = TabularMDP(exact([[["1/2", "1/2"]], [["1/2", "1/2"]]]), reward, fair, gamma)
    found = [two_step_covariance(mdp, exact([[1], [1]]), 0)[0, 0] for mdp in (alternating, fresh)]
    assert found == list(exact(["-1/4", 0])), found
    return f"covariances {found[0]} and {found[1]}"
