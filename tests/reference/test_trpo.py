"""Oracles of trust region policy optimisation against second routes, and what they refuse."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from policyproof.claims.trpo.cases import Batch, Spectrum, batches, spectra
from policyproof.reference.arithmetic import (
    Arithmetic,
    Array,
    ball,
    convert,
    exact,
    floating,
    log,
    precision,
    solve,
)
from policyproof.reference.domain import InvalidArgumentError
from policyproof.reference.fisher import InvalidBatchError, softmax_fisher, state_frequencies
from policyproof.reference.kl import categorical_kl
from policyproof.reference.natural_gradient import tilted_divergence, tilted_policy
from policyproof.reference.softmax import softmax
from policyproof.reference.tabular_mdp import InvalidPolicyError
from policyproof.reference.trpo import (
    NotPositiveDefiniteError,
    UndecidedTrialError,
    backtrack,
    batch_mean_kl,
    batch_surrogate,
    conjugate_gradient,
    energy_error,
    importance_sampled_surrogate,
    is_acceptable,
    kl_constrained_optimum,
    natural_gradient_step,
    trial,
    trpo_step,
)

ONE, HALF = exact(1).item(), exact("1/2").item()
POLICY = exact([["1/3", "2/3"], ["1/7", "6/7"], ["1/2", "1/2"]])
ROWS = (np.array([0, 1, 1, 0]), np.array([0, 1, 0, 1]), exact([1, -2, 3, "1/3"]))
BUDGET = {"max_kl": exact("1/100").item(), "factor": HALF}


def _products(matrix: Array) -> Callable[[Array], Array]:
    return lambda vector: matrix @ vector


@settings(max_examples=50, deadline=None)
@given(spectra(positive=True))
def test_conjugate_gradients_solve_in_as_many_steps_as_dimensions(case: Spectrum) -> None:
    size = len(case.right)
    found = conjugate_gradient(_products(case.matrix), case.right, iterations=size + 3)
    assert np.all(found == solve(case.matrix, case.right))


@settings(max_examples=50, deadline=None)
@given(spectra(positive=True))
def test_each_step_of_conjugate_gradients_lowers_the_energy(case: Spectrum) -> None:
    iterates = [conjugate_gradient(_products(case.matrix), case.right, iterations=k) for k in range(5)]
    errors = [energy_error(case.matrix, x, case.solution) for x in iterates]
    assert all(later < earlier or later == earlier == 0 for earlier, later in pairwise(errors))


def test_conjugate_gradients_in_floats_stay_on_the_solution() -> None:
    """κ = 5: the residual falls below u ‖b‖ κ and many steps more do not spoil it; 64 roundings a step are allowed."""
    matrix, right = np.array([[3.0, 2.0], [2.0, 3.0]]), np.array([1.0, -3.0])
    found = conjugate_gradient(_products(matrix), right, iterations=20)
    assert np.all(np.abs(found - np.array([1.8, -2.2])) <= 64 * 5 * 2.0**-53 * 3)
    assert np.all(conjugate_gradient(_products(matrix), 0 * right, iterations=20) == 0)


@settings(max_examples=30, deadline=None)
@given(batches())
def test_the_full_step_obeys_the_quadratic_constraint_and_leaves_unvisited_rows(case: Batch) -> None:
    step = natural_gradient_step(case.policy, *case.rows, max_kl=case.delta)
    fisher = softmax_fisher(state_frequencies(case.states, len(case.policy)), case.policy)
    direction = step.direction.ravel()
    assert np.all(fisher @ direction == step.gradient.ravel())
    moved = bool(np.any(step.gradient != 0))
    assert step.squared_length * (direction @ fisher @ direction) / 2 == case.delta * moved
    unseen = np.setdiff1d(np.arange(len(case.policy)), case.states)
    assert np.all(step.change[unseen] == 0)
    assert moved or np.all(step.policy == case.policy)


def test_damping_scales_by_the_damped_form() -> None:
    damping = exact("1/10").item()
    step = natural_gradient_step(POLICY, *ROWS, max_kl=ONE, damping=damping)
    fisher = softmax_fisher(state_frequencies(ROWS[0], 3), POLICY)
    damped = fisher + damping * convert(np.eye(6, dtype=int), Arithmetic.EXACT)
    direction = step.direction.ravel()
    assert np.all(damped @ direction == step.gradient.ravel())
    assert step.squared_length * (direction @ damped @ direction) / 2 == 1


@settings(max_examples=30, deadline=None)
@given(batches())
def test_a_trial_is_what_softmax_and_sums_over_rows_say(case: Batch) -> None:
    found = trial(case.policy, case.direction, *case.rows)
    new = softmax(log(case.policy) + case.direction)
    ratios = [new[s, a] / case.policy[s, a] for s, a in zip(case.states, case.actions, strict=True)]
    size = len(ratios)
    gain = sum(((rho - 1) * value for rho, value in zip(ratios, case.advantages, strict=True)), 0 * ONE) / size
    assert ball(found.gain - gain).item().contains(0)
    divergence = 0 * ONE
    for s in case.states:
        divergence = divergence + (case.policy[s] * (log(case.policy[s]) - log(new[s]))).sum() / size
    assert ball(found.mean_kl - divergence).item().contains(0)


def test_the_three_arithmetics_take_the_same_step() -> None:
    truth = trpo_step(POLICY, *ROWS, **BUDGET)
    for arithmetic in (Arithmetic.BALL, Arithmetic.FLOAT):
        states, actions, values = ROWS
        options = {name: convert(value, arithmetic).item() for name, value in BUDGET.items()}
        found = trpo_step(convert(POLICY, arithmetic), states, actions, convert(values, arithmetic), **options)
        assert found.halvings == truth.halvings
        # 64 roundings, the smallest w π = 1/14 and |Â| ≤ 3 behind each logit
        assert np.all(np.abs(floating(found.change) - floating(truth.change)) <= 64 * 2.0**-53 * 3 * 14)


def test_a_refused_step_moves_nothing() -> None:
    """With |A| = 0 no scale is strictly better; without strictness the zero step is accepted at once."""
    states, actions, _ = ROWS
    nothing = exact([0, 0, 0, 0])
    refused = trpo_step(POLICY, states, actions, nothing, **BUDGET, strict=True)
    assert refused.halvings is None
    assert np.all(refused.policy == POLICY)
    assert trpo_step(POLICY, states, actions, nothing, **BUDGET).halvings == 0


def test_the_cap_counts_halvings() -> None:
    asked: list[Any] = []
    assert backtrack(lambda scale: bool(asked.append(scale)), factor=HALF, steps=3) is None
    assert asked == [ONE, HALF, HALF**2, HALF**3]
    assert backtrack(lambda scale: scale < HALF, factor=HALF, steps=3) == 2


def test_no_policy_on_a_fine_grid_beats_the_exact_optimum() -> None:
    """All policies of three actions in multiples of 1/40 with no larger KL divergence from the old one."""
    policy, values = exact(["1/4", "1/4", "1/2"]), exact([2, 0, -1])
    optimum, _ = kl_constrained_optimum(policy, values, np.asarray(exact(4).item()))
    budget, best = float(categorical_kl(policy, optimum)), float(optimum @ values)
    grid = np.array([(i, j, 40 - i - j) for i in range(1, 39) for j in range(1, 40 - i)]) / 40.0
    inside = categorical_kl(floating(policy), grid) <= budget
    found = (grid[inside] @ floating(values)).max()
    assert best - 3 / 40 <= found <= best


def test_the_divergence_of_a_batch_counts_repetitions_and_misses_nothing() -> None:
    gone = exact([["1/3", "2/3"], ["0", "1"], ["1", "0"]])
    assert batch_mean_kl(POLICY, gone, np.array([0, 0])) == 0
    assert batch_mean_kl(POLICY, gone, np.array([0, 1])) == arb("inf")
    other = exact([["1/2", "1/2"], ["1/7", "6/7"], ["0", "1"]])
    with precision(256):
        once, twice = (batch_mean_kl(POLICY, other, np.array(states)) for states in ([0, 1], [0, 0, 1, 0]))
        assert (2 * twice).overlaps(3 * once)


def test_an_importance_sampled_surrogate_is_a_sum_over_outcomes() -> None:
    weights, sampling = exact(["1/2", "1/4", "1/4"]), exact([["1/2", "1/2"], ["1", "0"], ["0", "1"]])
    values = exact([[1, 2], [3, 4], [5, 6]])
    expected = HALF * (POLICY[0] @ values[0]) + HALF / 2 * (POLICY[1, 0] * 3 + POLICY[2, 1] * 6)
    assert importance_sampled_surrogate(weights, sampling, POLICY, values) == expected


def test_extreme_logits_are_decided_in_balls() -> None:
    """π(a) = e⁻¹⁰⁰⁰⁰, zero in float64, and a in the batch: g/π is huge, and ten halvings are certainly not enough.

    Where the likely action alone is in the batch, the same policy gives gradients near e⁻¹⁰⁰⁰⁰ and a step all the same.
    """
    policy = softmax(exact([[0, -10000]]))
    with precision(256):
        assert trpo_step(policy, np.array([0]), np.array([1]), exact([1]), **BUDGET).halvings is None
        step = trpo_step(policy, np.array([0]), np.array([0]), exact([-1]), **BUDGET)
    assert all(entry.is_finite() for entry in step.change.flat)


@pytest.mark.parametrize("direction", [[0, -1], [0, 3000], [-2000, 5], ["1/1024", 0], [0, 0]])
def test_the_divergence_of_a_tilt_is_that_of_both_policies(direction: list[Any]) -> None:
    """Finite in float64 although exp(−3000) is 0 there; 16 roundings on terms that add up to at most 1 + osc v."""
    policy, change = exact(["1/4", "3/4"]), exact(direction)
    with precision(256):
        truth = categorical_kl(policy, tilted_policy(policy, change)).item()
        assert ball(tilted_divergence(policy, change).item() - truth).item().contains(0)
    found = float(tilted_divergence(floating(policy), floating(change)))
    assert abs(found - float(truth)) <= 16 * 2.0**-53 * (1 + float(abs(change[0] - change[1])))


@pytest.mark.parametrize(
    ("refused", "error", "message"),
    [
        (
            lambda: conjugate_gradient(_products(exact([[1, 0], [0, -1]])), exact([0, 1]), iterations=2),
            NotPositiveDefiniteError,
            "pᵀAp is -1",
        ),
        (lambda: conjugate_gradient(_products(POLICY), exact([0, 1]), iterations=-1), ValueError, "iterations"),
        (lambda: backtrack(lambda _: True, factor=ONE, steps=1), ValueError, "factor"),
        (lambda: backtrack(lambda _: True, factor=HALF, steps=-1), ValueError, "steps"),
        (lambda: is_acceptable(arb(1, 1), ONE, ONE), UndecidedTrialError, "KL"),
        (lambda: is_acceptable(HALF, arb(0, 1), ONE), UndecidedTrialError, "gain"),
        (lambda: batch_surrogate(POLICY, exact([[0, 1]] * 3), *ROWS), InvalidBatchError, "row 0"),
        (lambda: batch_surrogate(2 * POLICY, POLICY, *ROWS), InvalidPolicyError, "sums to 2"),
        (lambda: batch_mean_kl(POLICY, POLICY, np.array([5])), InvalidBatchError, "state 5"),
        (lambda: natural_gradient_step(POLICY, *ROWS, max_kl=-ONE), ValueError, "max_kl"),
        (lambda: natural_gradient_step(POLICY, *ROWS, max_kl=ONE, damping=-ONE), ValueError, "damping"),
        (lambda: kl_constrained_optimum(exact([0, 1]), exact([0, 0]), ONE), InvalidPolicyError, "probability 0"),
        (lambda: kl_constrained_optimum(POLICY[0], exact([1, 0]), ONE), ValueError, "level"),
        (
            lambda: importance_sampled_surrogate(exact([1, 1, -1]), POLICY, POLICY, POLICY),
            InvalidArgumentError,
            "weights",
        ),
    ],
)
def test_bad_input_is_refused(refused: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        refused()
