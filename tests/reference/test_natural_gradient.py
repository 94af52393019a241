"""Oracles of natural gradients against second routes, in three arithmetics, and what they refuse."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from policyproof.claims.fisher.cases import Directions, directions
from policyproof.claims.natural_gradient.cases import Ellipsoid, ellipsoids
from policyproof.claims.trpo.cases import Batch, batches
from policyproof.invariants.mdps import OnePolicy, one_policy
from policyproof.reference.arithmetic import Arithmetic, Array, ball, convert, exact, floating, solve
from policyproof.reference.fisher import InvalidBatchError, log_ratio_series, softmax_fisher
from policyproof.reference.natural_gradient import (
    InconsistentSystemError,
    UnboundedProblemError,
    UncertainSlopeError,
    UncertainSupportError,
    argmax_on_ellipsoid,
    batch_policy_gradient,
    largest_increase,
    log_normaliser,
    minimum_norm_solution,
    pseudo_inverse,
    softmax_damped_natural_gradient,
    softmax_natural_gradient,
    softmax_policy_gradient,
    squared_step_length,
    tilted_policy,
    trust_region_step,
)
from policyproof.reference.softmax import softmax
from policyproof.reference.tabular_mdp import InvalidPolicyError

ONE, HALF = exact(1).item(), exact("1/2").item()
WEIGHTS, POLICY = exact(["1/3", "2/3"]), exact([["1/3", "2/3"], ["1/7", "6/7"]])
GRADIENT = exact([["1/3", "-1/3"], ["-2", "2"]])
STATES, ACTIONS, VALUES = np.array([0, 1, 1]), np.array([1, 0, 1]), exact([1, -2, "1/2"])
WIDE = np.array([arb(0, 1), arb(0, 1)])


@settings(max_examples=50, deadline=None)
@given(ellipsoids())
def test_the_pseudo_inverse_satisfies_penroses_four_equations(case: Ellipsoid) -> None:
    for matrix in (case.fisher, case.factor):
        inverse = pseudo_inverse(matrix)
        assert np.all(matrix @ inverse @ matrix == matrix)
        assert np.all(inverse @ matrix @ inverse == inverse)
        assert np.all(matrix @ inverse == (matrix @ inverse).T)
        assert np.all(inverse @ matrix == (inverse @ matrix).T)


@settings(max_examples=50, deadline=None)
@given(directions())
def test_the_closed_forms_are_the_pseudo_inverse_and_the_damped_inverse(case: Directions) -> None:
    fisher, vector = softmax_fisher(case.weights, case.policy), case.direction
    gradient = fisher @ vector.ravel()
    closed = softmax_natural_gradient(case.weights, case.policy, gradient.reshape(vector.shape))
    assert np.all(closed.ravel() == pseudo_inverse(fisher) @ gradient)
    damped = softmax_damped_natural_gradient(case.weights, case.policy, vector, damping=HALF)
    identity = convert(np.eye(vector.size, dtype=int), Arithmetic.EXACT)
    assert np.all(damped.ravel() == solve(fisher + HALF * identity, vector.ravel()))


@pytest.mark.parametrize("half", [True, False])
@pytest.mark.parametrize("factor", [[[1, 2], [0, 3]], [[5, -1], ["1/4", "1/8"]], [[1, 0], [0, "1/100"]]])
def test_a_fine_search_on_the_ellipse_finds_the_argmax(factor: list[list[Any]], *, half: bool) -> None:
    """d(φ) = √(2δ) L⁻¹ (cos φ, sin φ) runs along ½dᵀFd = δ; of n angles one is within π/n of the best.

    So the search reaches at least cos(π/n) of the maximum, and never more than it; 2⁻⁴⁰ stands for the 64-odd
    roundings, amplified by the condition number of L, at most 124.
    """
    root, gradient, delta, n = exact(factor), exact([1, -2]), exact("1/8").item(), 20000
    fisher = root.T @ root
    step = argmax_on_ellipsoid(fisher, gradient, delta, half=half)
    best = float(gradient @ step)
    angles = 2 * np.pi * np.arange(n) / n
    radius = np.sqrt((2 if half else 1) * float(delta))
    points = radius * np.linalg.solve(floating(root), np.stack([np.cos(angles), np.sin(angles)]))
    found = (floating(gradient) @ points).max()
    assert best * np.cos(np.pi / n) * (1 - 2.0**-40) <= found <= best * (1 + 2.0**-40)
    value = largest_increase(gradient, solve(fisher, gradient), delta, half=half)
    assert ball(value - gradient @ step).item().contains(0)


@settings(max_examples=50, deadline=None)
@given(one_policy(positive=True, max_states=3))
def test_the_policy_gradient_is_a_complex_step_of_the_return(case: OnePolicy) -> None:
    """Im J(θ + ih e)/h with h = 2⁻¹⁰⁰ has no truncation error; the solve is off by 64 u κ (S + A) max|r|/(1−γ)²."""
    mdp = case.mdp.to(Arithmetic.FLOAT)
    gamma = float(mdp.discount)
    expected, step = floating(softmax_policy_gradient(case.mdp, case.policy)), 2.0**-100
    found = np.zeros_like(expected)
    for s, a in np.ndindex(expected.shape):
        weights = floating(case.policy).astype(complex)
        weights[s, a] *= np.exp(1j * step)
        policy = weights / weights.sum(axis=1, keepdims=True)
        matrix = np.eye(mdp.states) - gamma * np.einsum("sa,sat->st", policy, mdp.transition)
        found[s, a] = (mdp.initial @ np.linalg.solve(matrix, (policy * mdp.reward).sum(axis=1))).imag / step
    size, horizon = mdp.states + mdp.actions, 1 / (1 - gamma)
    bound = 64 * 2.0**-53 * (1 + gamma) * horizon * size * np.abs(mdp.reward).max() * horizon**2
    assert np.all(np.abs(found - expected) <= bound)


@settings(max_examples=50, deadline=None)
@given(batches())
def test_the_batch_gradient_is_the_slope_of_the_mean_log_probability(case: Batch) -> None:
    """By first Taylor coefficients of log π along every logit."""
    found = batch_policy_gradient(case.policy, *case.rows)
    for s, b in np.ndindex(case.policy.shape):
        line = 0 * case.policy
        line[s, b] = ONE
        slopes = log_ratio_series(case.policy, line[None])[1][case.states, case.actions]
        assert found[s, b] == (slopes * case.advantages).sum() / len(case.states)


def test_balls_contain_the_rationals_and_floats_are_close() -> None:
    """Each entry of F⁺g has fewer than 16 roundings on numbers of at most max|g|/min(wπ)."""
    truth = softmax_natural_gradient(WEIGHTS, POLICY, GRADIENT)
    balls = softmax_natural_gradient(ball(WEIGHTS), ball(POLICY), ball(GRADIENT))
    assert all(b.contains(q) for b, q in zip(balls.flat, truth.flat, strict=True))
    floats = softmax_natural_gradient(floating(WEIGHTS), floating(POLICY), floating(GRADIENT))
    largest = float(max(abs(GRADIENT).flat)) / float(min((WEIGHTS[:, None] * POLICY).flat))
    assert np.all(np.abs(floats - floating(truth)) <= 16 * 2.0**-53 * largest)


def test_a_light_damping_in_floats_costs_a_constant_and_nothing_else() -> None:
    """F + cI has condition 1/c, along constants: those may be off by 32 u max|g|/c; the rest by 32 u max|g|/min(wπ)."""
    weights, policy = exact(["1/4", "3/4"]), exact([["1/4", "3/4"], ["1/8", "7/8"]])
    gradient, damping = exact([["1/2", "-1/2"], ["-2", "2"]]), exact(2).item() ** -30
    truth = floating(softmax_damped_natural_gradient(weights, policy, gradient, damping=damping))
    found = softmax_damped_natural_gradient(floating(weights), floating(policy), floating(gradient), damping=2.0**-30)
    off, rounding = found - truth, 32 * 2.0**-53 * 2
    constant = rounding / 2.0**-30
    assert np.all(np.abs(off) <= constant)
    assert np.all(np.abs(np.diff(off, axis=1)) <= rounding * 16 + constant * 2.0**-50)


def test_logits_far_beyond_the_range_of_floats_keep_their_balls() -> None:
    policy = softmax(exact([[0, -10000], [10000, 0]]))
    direction = softmax_natural_gradient(WEIGHTS, policy, GRADIENT)
    assert all(entry.is_finite() for entry in direction.flat)
    assert direction[0, 0] > exact(10).item() ** 4000


def test_tilting_does_not_overflow_and_leaves_impossible_actions_alone() -> None:
    policy = np.array([0.5, 0.5, 0.0])
    assert list(tilted_policy(policy, np.array([1000.0, 0.0, 5000.0]))) == [1.0, 0.0, 0.0]
    assert log_normaliser(policy, np.array([1000.0, 0.0, 5000.0])) == 1000 + np.log(0.5)
    assert list(tilted_policy(np.array([0.0, 1.0]), np.array([5000.0, 0.0]))) == [0.0, 1.0]
    assert list(tilted_policy(exact([0, 1]), exact([1, "1/4"]))) == list(exact([0, 1]))


def test_no_gradient_means_no_step() -> None:
    zero = 0 * GRADIENT
    assert squared_step_length(zero, zero, HALF) == 0
    assert np.all(trust_region_step(zero, zero, HALF) == 0)


@pytest.mark.parametrize(
    ("refused", "error", "message"),
    [
        (lambda: minimum_norm_solution(exact([[1, 0], [0, 0]]), exact([0, 1])), InconsistentSystemError, "range"),
        (lambda: argmax_on_ellipsoid(exact([[1, 0], [0, 0]]), exact([0, 1]), ONE), UnboundedProblemError, "no maximum"),
        (lambda: softmax_natural_gradient(WEIGHTS, POLICY, POLICY), InconsistentSystemError, "range of F"),
        (lambda: softmax_natural_gradient(exact([0, 1]), POLICY, GRADIENT), InconsistentSystemError, "range of F"),
        (lambda: squared_step_length(exact([1]), exact([0]), ONE), UnboundedProblemError, "no curvature"),
        (lambda: squared_step_length(exact([1]), exact([1]), -ONE), ValueError, "delta = -1 is outside"),
        (lambda: squared_step_length(exact([1]), exact([-1]), ONE), ValueError, "semi-definite"),
        (lambda: largest_increase(exact([1]), exact([-1]), ONE), ValueError, "semi-definite"),
        (lambda: squared_step_length(WIDE, WIDE, ONE), UncertainSlopeError, "precision"),
        (lambda: pseudo_inverse(floating(POLICY)), TypeError, "exact rationals"),
        (lambda: softmax_natural_gradient(WEIGHTS, POLICY, GRADIENT[0]), ValueError, "gradient has shape"),
        (lambda: softmax_natural_gradient(WEIGHTS, 2 * POLICY, GRADIENT), InvalidPolicyError, "sums to 2"),
        (
            lambda: softmax_natural_gradient(ball([1]), np.array([[arb(0, 1), arb(1, 1)]]), ball([[1, -1]])),
            UncertainSupportError,
            "precision",
        ),
        (
            lambda: softmax_damped_natural_gradient(WEIGHTS, POLICY, GRADIENT, damping=0 * ONE),
            ValueError,
            "damping = 0 is outside",
        ),
        (lambda: batch_policy_gradient(POLICY, STATES, ACTIONS, VALUES[:2]), InvalidBatchError, "no batch"),
        (lambda: batch_policy_gradient(POLICY, STATES[:0], ACTIONS[:0], VALUES[:0]), InvalidBatchError, "no batch"),
        (lambda: batch_policy_gradient(POLICY, STATES + 1, ACTIONS, VALUES), InvalidBatchError, "state 2"),
        (lambda: batch_policy_gradient(POLICY, STATES, -ACTIONS, VALUES), InvalidBatchError, "action -1"),
        (
            lambda: batch_policy_gradient(floating(POLICY), STATES, ACTIONS, np.array([1.0, np.nan, 0.0])),
            InvalidBatchError,
            "not a finite number",
        ),
    ],
)
def test_bad_input_is_refused(refused: Callable[[], Array], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        refused()
