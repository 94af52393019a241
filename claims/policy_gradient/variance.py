"""The spread of gradient estimates: samples, batches, baselines."""

from __future__ import annotations

from itertools import product

import numpy as np

from ...reference.arithmetic import Array, Scalar, exact
from ...reference.enumeration import enumerate_trajectories
from ...reference.policy_gradient import (
    estimator_variance,
    finite_horizon_value_gradient,
    optimal_baseline,
    reward_to_go,
    weighted_score_estimate,
)
from ...reference.policy_gradient.estimators import discounted_sum
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, identity
from .cases import Episodes, episodes, process

MOST_BATCHES = 800
"""Batches that one identity enumerates."""


def outcomes(case: Episodes) -> tuple[Array, Array, Array, Array]:
    """P(τ) ``[n]``, R(τ) ``[n]``, ∇log P(τ) ``[n, D]`` and the reward-to-go estimate ``[n, D]`` of every trajectory."""
    gamma, rows = case.mdp.discount, []
    for probability, states, actions in enumerate_trajectories(case.mdp, case.policy, case.horizon):
        rewards, scores = case.mdp.reward[states[:-1], actions], case.score[states[:-1], actions]
        to_go = weighted_score_estimate(reward_to_go(rewards, gamma=gamma), scores, gamma=gamma)
        rows.append((probability, discounted_sum(rewards, gamma), scores.sum(axis=0), to_go))
    columns = list(zip(*rows, strict=True))
    return np.array(columns[0]), np.array(columns[1]), np.stack(columns[2]), np.stack(columns[3])


def truth(case: Episodes) -> Array:
    """∇E Σ_{t<H} γᵗ r_t."""
    gradient = finite_horizon_value_gradient(
        case.mdp, case.policy, case.jacobian, case.horizon, gamma=case.mdp.discount
    )
    return np.asarray(case.mdp.initial @ gradient)


@identity("mc-gradient-estimator", cases=episodes(20))
def mean_of_samples(case: Episodes) -> tuple[Array, Array]:
    """E ĝ_N = ∇J and E‖ĝ_N − ∇J‖² = E‖ĝ₁ − ∇J‖²/N, here N = 2, over all pairs of trajectories."""
    probabilities, returns, scores, _ = outcomes(case)
    single = returns[:, None] * scores
    pairs = ((single[:, None] + single[None]) / 2).reshape(-1, single.shape[1])
    weights = np.multiply.outer(probabilities, probabilities).reshape(-1)
    left = [*(weights @ pairs), estimator_variance(weights, pairs)]
    return np.array(left), np.array([*truth(case), estimator_variance(probabilities, single) / 2])


@identity("baseline-previous-rollouts-constant", cases=episodes(20))
def average_of_previous_rollouts(case: Episodes) -> tuple[Array, Array]:
    """E[(R(τ) − R(τ'))∇log P(τ)] = ∇J where τ' is an earlier, independent trajectory."""
    probabilities, returns, scores, _ = outcomes(case)
    weights = np.multiply.outer(probabilities, probabilities)
    differences = returns[:, None] - returns[None]
    return np.asarray((weights * differences).sum(axis=1) @ scores), truth(case)


@identity("baseline-previous-rollouts-constant", cases=episodes(20))
def average_of_the_same_batch(case: Episodes) -> tuple[Array, Array]:
    """E (1/N) Σ_i (R_i − R̄)∇log P_i = (1 − 1/N)∇J with the mean R̄ of the batch itself, N = 1, 2, 3."""
    probabilities, returns, scores, _ = outcomes(case)
    sizes = [size for size in (1, 2, 3) if len(returns) ** size <= MOST_BATCHES]
    left = [_same_batch_mean(probabilities, returns, scores, size) for size in sizes]
    return np.stack(left), np.stack([truth(case) * (size - 1) / size for size in sizes])


@counterexample("baseline-previous-rollouts-constant")
def batch_of_one() -> Counterexample:
    """A batch of one, less its own mean, estimates nothing."""
    case = _sigmoid_bandit()
    probabilities, returns, scores, _ = outcomes(case)
    return Counterexample(
        "one state, π = (9/10, 1/10), r = (1, 0), N = 1",
        ("E[(R − R̄)∇log P]", _same_batch_mean(probabilities, returns, scores, 1).item()),
        "≠",
        ("dJ/dθ", truth(case).item()),
    )


@counterexample("v1-lower-variance")
def reward_to_go_with_more_variance() -> Counterexample:
    """Dropping the past can drop what cancelled: rewards 1 and −1/γ make every return 0."""
    end = [[0, 0, 1], [0, 0, 1]]
    mdp = process([[[0, 1, 0], [0, 1, 0]], end, end], [[1, 1], [-2, -2], [0, 0]], "1/2")
    case = Episodes(mdp, exact([["1/2", "1/2"]] * 3), exact([[[0], [1]]] * 3), 2, exact([[0, 0, 0]] * 3))
    probabilities, returns, scores, to_go = outcomes(case)
    return Counterexample(
        "s₀ → s₁ → end whatever is done, one logit shared, π = 1/2, r = 1 and then −1/γ, γ = 1/2",
        ("Var of the reward-to-go form", estimator_variance(probabilities, to_go)),
        ">",
        ("Var of the total-reward form", estimator_variance(probabilities, returns[:, None] * scores)),
    )


@counterexample("baseline-reduces-variance")
def value_baseline_with_more_variance() -> Counterexample:
    """V = 9/10 is a worse baseline than none: 36/625 against 9/10000; the best, 1/10, leaves 0."""
    probabilities, returns, scores, _ = outcomes(_sigmoid_bandit())
    value = probabilities @ returns
    best = optimal_baseline(probabilities, scores, returns)
    assert _variance(probabilities, returns, scores, best) == 0
    return Counterexample(
        "one state, π = (9/10, 1/10), r = (1, 0), one logit",
        ("Var with b = V", _variance(probabilities, returns, scores, value)),
        ">",
        ("Var with b = 0", _variance(probabilities, returns, scores, 0 * value)),
    )


@identity(
    "optimal-baseline",
    "baseline-reduces-variance",
    cases=episodes(130).filter(lambda case: any(entry != 0 for entry in outcomes(case)[2].flat)),
)
def distance_from_the_optimal_baseline(case: Episodes) -> tuple[Array, Array]:
    """Var(b) − Var(b*) = E‖∇log P‖² (b − b*)² ≥ 0 for every constant b, here b = 0, 1, E R and one more."""
    probabilities, returns, scores, _ = outcomes(case)
    best = optimal_baseline(probabilities, scores, returns)
    least = _variance(probabilities, returns, scores, best)
    trials = [0 * best, 0 * best + 1, probabilities @ returns, case.table[0, 0]]
    curvature = probabilities @ (scores * scores).sum(axis=1)
    left = [_variance(probabilities, returns, scores, b) - least for b in trials]
    return np.array(left), np.array([curvature * (b - best) ** 2 for b in trials])


def _variance(probabilities: Array, returns: Array, scores: Array, baseline: Scalar) -> Scalar:
    return estimator_variance(probabilities, (returns - baseline)[:, None] * scores)


def _same_batch_mean(probabilities: Array, returns: Array, scores: Array, size: int) -> Array:
    total = 0 * scores[0]
    for batch in product(range(len(returns)), repeat=size):
        chosen = list(batch)
        mean = returns[chosen].sum() / size
        estimate = (returns[chosen] - mean) @ scores[chosen] / size
        total = total + np.multiply.reduce(probabilities[chosen]) * estimate
    return np.asarray(total)


def _sigmoid_bandit() -> Episodes:
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[1, 0]]), exact([1]), exact(0).item())
    return Episodes(mdp, exact([["9/10", "1/10"]]), exact([[[1], [0]]]), 1, exact([[0], [0]]))
