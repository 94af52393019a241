"""Oracles of the Fisher information against second routes, in three arithmetics, and what they refuse."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.fisher.cases import Directions, directions
from policyproof.reference.arithmetic import Arithmetic, Array, ball, convert, exact, floating, precision
from policyproof.reference.domain import InvalidArgumentError
from policyproof.reference.fisher import (
    InvalidBatchError,
    fisher_information,
    gaussian_linear_fisher,
    kl_series,
    log_linear_scores,
    mean_kl_hessian,
    rank,
    softmax_fisher,
    softmax_fisher_rank,
    softmax_fisher_vector_product,
    softmax_scores,
    state_frequencies,
)
from policyproof.reference.kl import categorical_kl
from policyproof.reference.natural_gradient import tilted_policy
from policyproof.reference.tabular_mdp import InvalidPolicyError

WEIGHTS = exact(["1/3", "2/3", "0"])
POLICY = exact([["1/3", "2/3", "0"], ["1/7", "3/7", "3/7"], ["1/5", "1/5", "3/5"]])
VECTOR = exact([["1/3", "-2", "5"], ["7", "1/9", "-1"], ["1", "2", "3"]])


@settings(max_examples=50, deadline=None)
@given(directions())
def test_a_certified_second_difference_of_kl_is_the_quadratic_form(case: Directions) -> None:
    """|2 KL(π ‖ π_tv)/t² − vᵀFv| ≤ t R³/3, for the third derivative of KL along v is at most R³, R = osc v."""
    scale = exact(2).item() ** -60
    with precision(512):
        divergence = (
            case.weights * categorical_kl(case.policy, tilted_policy(case.policy, scale * case.direction))
        ).sum()
        found = 2 * divergence / scale**2
        form = (case.direction * softmax_fisher_vector_product(case.weights, case.policy, case.direction)).sum()
        span = np.maximum.reduce(case.direction, axis=None) - np.minimum.reduce(case.direction, axis=None)
        assert abs(ball(found - form).item()) <= scale * span**3 / 3 + exact(2).item() ** -300


@settings(max_examples=50, deadline=None)
@given(directions())
def test_three_routes_give_one_matrix(case: Directions) -> None:
    block = softmax_fisher(case.weights, case.policy)
    assert np.all(block == fisher_information(case.weights, case.policy, softmax_scores(case.policy)))
    assert np.all(block == mean_kl_hessian(case.weights, case.policy))
    product = softmax_fisher_vector_product(case.weights, case.policy, case.direction)
    assert np.all(block @ case.direction.ravel() == product.ravel())


def test_uncentred_outer_products_are_not_the_hessian() -> None:
    """The control: features in the place of scores leave out −π πᵀ."""
    units = exact(np.eye(9)).reshape(3, 3, 9)
    assert np.any(fisher_information(WEIGHTS, POLICY, units) != mean_kl_hessian(WEIGHTS, POLICY))


@pytest.mark.parametrize("function", [softmax_fisher, mean_kl_hessian])
def test_balls_contain_the_rationals_and_floats_are_close(function: Callable[[Array, Array], Array]) -> None:
    """An entry of the Hessian is a difference of three numbers of at most 1, each with fewer than 12 A roundings."""
    truth = function(WEIGHTS, POLICY)
    assert all(b.contains(q) for b, q in zip(function(ball(WEIGHTS), ball(POLICY)).flat, truth.flat, strict=True))
    error = np.abs(function(floating(WEIGHTS), floating(POLICY)) - floating(truth))
    assert np.all(error <= 3 * 12 * 3 * 2.0**-53)


def test_the_vector_product_adds_its_damping_and_takes_a_batch_of_vectors() -> None:
    damping = exact("1/10").item()
    found = softmax_fisher_vector_product(WEIGHTS, POLICY, np.stack([VECTOR, 2 * VECTOR]), damping=damping)
    expected = softmax_fisher(WEIGHTS, POLICY) @ VECTOR.ravel() + damping * VECTOR.ravel()
    assert np.all(found[0].ravel() == expected)
    assert np.all(found[1].ravel() == 2 * expected)
    numbers = [convert(x, Arithmetic.FLOAT) for x in (WEIGHTS, POLICY, VECTOR, damping)]
    rounded = softmax_fisher_vector_product(*numbers[:3], damping=numbers[3].item())
    magnitude = WEIGHTS[:, None] * POLICY * (abs(VECTOR) + (POLICY * abs(VECTOR)).sum(axis=1, keepdims=True))
    bound = floating(magnitude + damping * abs(VECTOR)) * (3 + 8) * 2.0**-53
    assert np.all(np.abs(rounded - floating(expected).reshape(3, 3)) <= bound)


def test_the_rank_of_unvisited_states_and_impossible_actions_is_not_counted() -> None:
    assert softmax_fisher_rank(WEIGHTS, POLICY) == rank(softmax_fisher(WEIGHTS, POLICY)) == 1 + 2


def test_frequencies_count_repetitions() -> None:
    assert list(state_frequencies([2, 0, 2, 2], 4)) == list(exact(["1/4", "0", "3/4", "0"]))
    assert state_frequencies([0, 1], 2, Arithmetic.FLOAT).dtype == np.float64


def test_the_series_of_kl_starts_at_the_second_order() -> None:
    series = kl_series(POLICY, np.stack([VECTOR, 0 * VECTOR, 0 * VECTOR]))
    assert np.all(series[:2] == 0)
    assert np.all(series[2, :2] > 0)


@pytest.mark.parametrize(
    ("refused", "error", "message"),
    [
        (lambda: softmax_fisher(WEIGHTS, POLICY[:2]), InvalidArgumentError, "policy has shape"),
        (lambda: softmax_fisher(WEIGHTS, 2 * POLICY), InvalidPolicyError, "sums to 2"),
        (lambda: softmax_fisher(-WEIGHTS, POLICY), InvalidArgumentError, "outside"),
        (lambda: softmax_fisher_vector_product(WEIGHTS, POLICY, VECTOR[0]), ValueError, "shape"),
        (lambda: softmax_fisher_vector_product(WEIGHTS, POLICY, VECTOR, damping=-1), ValueError, "damping"),
        (lambda: softmax_fisher_rank(floating(WEIGHTS), floating(POLICY)), TypeError, "exact rationals"),
        (lambda: rank(floating(POLICY)), TypeError, "exact rationals"),
        (lambda: log_linear_scores(POLICY, VECTOR), ValueError, "features have shape"),
        (lambda: fisher_information(WEIGHTS, POLICY, VECTOR), ValueError, "scores has shape"),
        (lambda: gaussian_linear_fisher(POLICY, 1, exact(0).item()), ValueError, "variance"),
        (lambda: gaussian_linear_fisher(POLICY[:2], 1, exact(1).item()), ValueError, "second_moment has shape"),
        (lambda: state_frequencies([], 3), InvalidBatchError, "at least one"),
        (lambda: state_frequencies([0, 3], 3), InvalidBatchError, "state 3 is outside"),
        (lambda: state_frequencies([0.5], 3), InvalidBatchError, "dtype float64"),
    ],
)
def test_bad_input_is_refused(refused: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        refused()
