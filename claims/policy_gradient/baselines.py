"""What may be subtracted from the return without changing the expected gradient, and what may not."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array, exact
from ...reference.enumeration import trajectory_expectation
from ...reference.policy_gradient import finite_horizon_value_gradient
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, identity
from .cases import Episodes, Parametrised, episodes, process

MOVE = Parametrised(
    process([[[1, 0], [0, 1]], [[0, 1], [0, 1]]], [[0, 0], [0, 0]], "1/2"),
    exact([["1/2", "1/2"], ["1/2", "1/2"]]),
    exact([[[0], [1]], [[0], [1]]]),
)
"""a₀ stays in s₀ and a₁ goes to s₁, each with probability 1/2; one parameter, the logit of a₁."""


@identity("baseline-zero-mean", "baseline-proof-slip", cases=episodes(130))
def state_baseline_has_no_effect(case: Episodes) -> tuple[Array, Array]:
    """E[b_t(s_t) ∇log π(a_t|s_t)] = 0 for every t and every b."""

    def products(states: Array, actions: Array) -> Array:
        baseline = case.table[np.arange(case.horizon), states[:-1]]
        return np.asarray(baseline[:, None] * case.score[states[:-1], actions])

    mean = trajectory_expectation(case.mdp, case.policy, case.horizon, products)
    return mean, 0 * mean


@identity("baseline-any-not-action", cases=episodes(130))
def history_baseline_has_no_effect(case: Episodes) -> tuple[Array, Array]:
    """E[b(s₀, a₀, …, s_t) ∇log π(a_t|s_t)] = 0: the past may be used in full, here as Π_{k≤t} (b_k(s_k) + a_{k−1})."""

    def products(states: Array, actions: Array) -> Array:
        factors = case.table[np.arange(case.horizon), states[:-1]]
        factors = factors + np.concatenate([[0], actions[:-1]])
        return np.asarray(np.cumprod(factors)[:, None] * case.score[states[:-1], actions])

    mean = trajectory_expectation(case.mdp, case.policy, case.horizon, products)
    return mean, 0 * mean


@counterexample("baseline-any-not-action")
def baseline_caused_by_the_action() -> Counterexample:
    """The next state does not name a₀ but is caused by it."""
    mean = trajectory_expectation(
        MOVE.mdp, MOVE.policy, 1, lambda states, actions: int(states[1]) * MOVE.score[states[0], actions[0], 0]
    )
    return Counterexample(
        "a₁ moves from s₀ to s₁, π = 1/2, b = 1[s₁ is reached]",
        ("E[b ∇log π(a₀|s₀)]", mean),
        "≠",
        ("a baseline's", 0 * mean),
    )


@counterexample("baseline-proof-slip")
def gradient_in_front_of_the_state_distribution() -> Counterexample:
    """∇∫b(x)p(x)dx is not 0, because p(x_t) depends on θ; that E[b∇log π] is 0 needs another proof."""
    reached = MOVE.mdp.transition @ exact([0, 1])
    asked = TabularMDP(MOVE.mdp.transition, reached, MOVE.mdp.initial, MOVE.mdp.discount)
    derivative = finite_horizon_value_gradient(asked, MOVE.policy, MOVE.jacobian, 1, gamma=1)[0].item()
    return Counterexample(
        "a₁ moves from s₀ to s₁, π = 1/2, b(s₀) = 0, b(s₁) = 1, t = 1",
        ("∇E b(s₁)", derivative),
        "≠",
        ("what the displayed lines say", 0 * derivative),
    )
