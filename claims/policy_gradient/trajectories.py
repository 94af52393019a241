"""Monte Carlo forms of the policy gradient over a finite horizon, every trajectory counted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation, td_errors
from ...reference.arithmetic import Array, Scalar, exact
from ...reference.dual import dual, tangent, value
from ...reference.enumeration import enumerate_trajectories, trajectory_expectation
from ...reference.mdp import finite_horizon_values
from ...reference.policy_gradient import (
    finite_horizon_value_gradient,
    reward_to_go,
    total_reward_estimate,
    weighted_score_estimate,
)
from ..evidence import Counterexample, counterexample, identity
from .cases import Episodes, episodes

Weights = Callable[[Array, Array, Array], Array]
"""Ψ ``[..., H]`` of states ``[H+1]``, actions ``[H]`` and rewards ``[H]``."""


@identity("trajectory-score", cases=episodes(130))
def dynamics_cancel_in_the_score(case: Episodes) -> tuple[Array, Array]:
    """∇log P_θ(τ) = Σ_t ∇log π(a_t|s_t), the left-hand side as Ṗ/P by dual numbers, for every possible τ."""
    left, right = [], []
    for _, states, actions in enumerate_trajectories(case.mdp, case.policy, case.horizon):
        chances = case.mdp.transition[states[:-1], actions, states[1:]]
        for k in range(case.jacobian.shape[-1]):
            factors = dual(case.policy, case.jacobian[..., k])[states[:-1], actions] * chances
            probability = np.multiply.reduce(factors) * case.mdp.initial[states[0]]
            left.append(tangent(probability) / value(probability))
            right.append(case.score[states[:-1], actions, k].sum())
    return np.array(left), np.array(right)


@identity("pg-v0-total-cost", "log-derivative-trick", cases=episodes())
def total_reward_estimate_is_unbiased(case: Episodes) -> tuple[Array, Array]:
    """E[(Σ_t γᵗ r_t)(Σ_k ∇log π_k)] = ∇E Σ_t γᵗ r_t."""
    gamma = case.mdp.discount

    def estimate(states: Array, actions: Array) -> Array:
        return total_reward_estimate(
            case.mdp.reward[states[:-1], actions], case.score[states[:-1], actions], gamma=gamma
        )

    expectation = trajectory_expectation(case.mdp, case.policy, case.horizon, estimate)
    return expectation, _derivative(case, case.horizon, gamma)


@identity("causality-zero", cases=episodes(130))
def later_scores_do_not_matter(case: Episodes) -> tuple[Array, Array]:
    """E[r_t Σ_{k≤t} ∇log π_k] = ∇E r_t and E[r_t ∇log π_k] = 0 for k > t."""

    def products(states: Array, actions: Array) -> Array:
        return np.multiply.outer(case.mdp.reward[states[:-1], actions], case.score[states[:-1], actions])

    table = trajectory_expectation(case.mdp, case.policy, case.horizon, products)
    up_to = [_derivative(case, t, 1) for t in range(case.horizon + 1)]
    causal = [table[t, : t + 1].sum(axis=0) for t in range(case.horizon)]
    acausal = [table[t, k] for t in range(case.horizon) for k in range(t + 1, case.horizon)]
    expected = [later - sooner for sooner, later in pairwise(up_to)]
    return np.stack(causal + acausal), np.stack(expected + [0 * row for row in acausal])


@identity("pg-v1-reward-to-go", cases=episodes())
def reward_to_go_is_unbiased(case: Episodes) -> tuple[Array, Array]:
    """E Σ_t γᵗ Ĝ_t ∇log π_t = ∇E Σ_t γᵗ r_t: the factor γᵗ is part of the formula."""
    gamma = case.mdp.discount
    return _expectation(case, lambda _s, _a, rewards: reward_to_go(rewards, gamma=gamma), gamma)[0], _derivative(
        case, case.horizon, gamma
    )


@identity("pg-v1-reward-to-go", cases=episodes(130))
def reward_to_go_with_absolute_discounts(case: Episodes) -> tuple[Array, Array]:
    """E Σ_t (Σ_{k≥t} γᵏ r_k) ∇log π_t = ∇E Σ_t γᵗ r_t: the other form that is displayed."""
    gamma = case.mdp.discount

    def discounted(_states: Array, _actions: Array, rewards: Array) -> Array:
        return np.cumsum((rewards * np.array([gamma**t for t in range(len(rewards))]))[::-1])[::-1]

    return _expectation(case, discounted, 1)[0], _derivative(case, case.horizon, gamma)


@identity("pg-undiscounted-approx", cases=episodes(130))
def undiscounted_form_without_discount(case: Episodes) -> tuple[Array, Array]:
    """E Σ_t Ĝ_t ∇log π_t = ∇E Σ_t r_t: no γᵗ is missing where γ = 1."""
    return _expectation(case, lambda _s, _a, rewards: reward_to_go(rewards, gamma=1), 1)[0], _derivative(
        case, case.horizon, 1
    )


@identity("pg-psi-list", cases=episodes(130))
def all_weights_have_one_expectation(case: Episodes) -> tuple[Array, Array]:
    """Ĝ, Ĝ − b, Q, A, δ, GAE(1/2) with the exact V of the steps left, and GAE(1) with any V: all give ∇J."""
    gamma, reward = case.mdp.discount, case.mdp.reward
    left = [
        finite_horizon_values(case.mdp, case.policy, case.horizon - t, gamma=gamma) for t in range(case.horizon + 1)
    ]
    values = np.stack(left)
    action_values = np.stack([reward + gamma * case.mdp.transition @ following for following in values[1:]])
    steps, ends = np.arange(case.horizon), np.arange(case.horizon) == case.horizon - 1
    half = gamma**0 / 2

    def weights(states: Array, actions: Array, rewards: Array) -> Array:
        to_go, baseline = reward_to_go(rewards, gamma=gamma), case.table[steps, states[:-1]]
        own, following = values[steps, states[:-1]], values[steps + 1, states[1:]]
        q = action_values[steps, states[:-1], actions]
        exact_critic = (rewards, own, following, ends)
        any_critic = (rewards, baseline, case.table[steps + 1, states[1:]], ends)
        return np.stack(
            [
                to_go,
                to_go - baseline,
                q,
                q - own,
                td_errors(*exact_critic, gamma=gamma),
                generalized_advantage_estimation(*exact_critic, ends, gamma=gamma, lam=half),
                generalized_advantage_estimation(*any_critic, ends, gamma=gamma, lam=1),
            ]
        )

    return _expectation(case, weights, gamma), _derivative(case, case.horizon, gamma)


@identity("pg-psi-baseline-inside-sum", cases=episodes(130))
def baseline_inside_a_finite_sum(case: Episodes) -> tuple[Array, Array]:
    """Ψ_t = Σ_{k=t}^{H−1} (γᵏ⁻ᵗ r_k − b_t(s_t)) is Ĝ_t less H − t baselines, which is a baseline too."""
    gamma = case.mdp.discount

    def weights(states: Array, _actions: Array, rewards: Array) -> Array:
        to_go = reward_to_go(rewards, gamma=gamma)
        steps = np.arange(case.horizon)
        return np.asarray(to_go - (case.horizon - steps) * case.table[steps, states[:-1]])

    return _expectation(case, weights, gamma)[0], _derivative(case, case.horizon, gamma)


@counterexample("pg-psi-baseline-inside-sum")
def baseline_inside_an_infinite_sum() -> Counterexample:
    """Over an infinite horizon the baseline is subtracted for ever: partial sums fall below every bound."""
    baseline, terms = exact(1).item(), 1000
    return Counterexample(
        "r = 0, b = 1, the first 1000 terms",
        ("Σ_{k=t}^{t+999} (γᵏ⁻ᵗ r_k − b)", sum((-baseline for _ in range(terms)), start=0 * baseline)),
        "<",
        ("(Σ_k γᵏ⁻ᵗ r_k) − b", -baseline),
    )


def _derivative(case: Episodes, horizon: int, gamma: Scalar) -> Array:
    """∇E Σ_{t<H} γᵗ r_t by dual numbers through the backward recursion."""
    values = finite_horizon_value_gradient(case.mdp, case.policy, case.jacobian, horizon, gamma=gamma)
    return np.asarray(case.mdp.initial @ values)


def _expectation(case: Episodes, weights: Weights, gamma: Scalar) -> Array:
    """E Σ_t γᵗ Ψ_t ∇log π_t, a row for each Ψ."""

    def estimate(states: Array, actions: Array) -> Array:
        psi = np.atleast_2d(weights(states, actions, case.mdp.reward[states[:-1], actions]))
        scores = case.score[states[:-1], actions]
        return np.stack([weighted_score_estimate(row, scores, gamma=gamma) for row in psi])

    return np.asarray(trajectory_expectation(case.mdp, case.policy, case.horizon, estimate))
