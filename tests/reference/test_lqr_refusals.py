"""What the oracles of the regulator refuse, by name."""

from __future__ import annotations

import numpy as np
import pytest
from policyproof.claims.lqr.cases import scalar
from policyproof.reference.arithmetic import Arithmetic, SingularMatrixError, ball, exact
from policyproof.reference.lqr import (
    InvalidRegulatorError,
    LinearQuadraticRegulator,
    UnstableGainError,
    action_value_from_data,
    cost,
    cost_difference,
    gain_residual,
    gauss_newton_step,
    gradient_gap_bound,
    gradient_step,
    lyapunov_solution,
    natural_gradient_step,
    noisy_average_cost,
    partial_cost,
    policy_gradient,
    policy_iteration_step,
    state_second_moment,
    validate_gain,
    value_matrix,
    value_matrix_differential,
)

UNSTABLE = scalar(a=2, b=1, q=1, r=1, k=0)


@pytest.mark.parametrize(
    "oracle",
    [
        value_matrix,
        state_second_moment,
        cost,
        gain_residual,
        policy_gradient,
        policy_iteration_step,
        validate_gain,
        lambda regulator, gain: value_matrix_differential(regulator, gain, gain),
        lambda regulator, gain: cost_difference(regulator, gain, gain + 2),
        lambda regulator, gain: cost_difference(regulator, gain + 2, gain),
        lambda regulator, gain: noisy_average_cost(regulator, gain, 1),
        lambda regulator, gain: gradient_step(regulator, gain, 1),
        lambda regulator, gain: natural_gradient_step(regulator, gain, 1),
        lambda regulator, gain: gauss_newton_step(regulator, gain, 1),
    ],
)
@pytest.mark.parametrize("arithmetic", list(Arithmetic))
def test_an_unstable_gain_is_refused_by_name(oracle, arithmetic):
    case = UNSTABLE.to(arithmetic)
    with pytest.raises(UnstableGainError, match="unit circle"):
        oracle(case.regulator, case.gain)


def test_an_unstable_gain_still_has_partial_costs():
    assert partial_cost(UNSTABLE.regulator, UNSTABLE.gain, 3) == 1 + 4 + 16


EYE = np.eye(2)
GOOD = {"A": EYE, "B": EYE, "Q": EYE, "R": EYE, "second_moment": EYE}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"A": np.eye(3)}, "A has shape"),
        ({"B": np.ones(2)}, "has shape"),
        ({"R": np.eye(3)}, "R has shape"),
        ({"A": np.full((2, 2), np.nan)}, "A.0, 0. = nan is not a finite number"),
        ({"Q": np.array([[1.0, 1.0], [0.0, 1.0]])}, "Q is not symmetric"),
        ({"Q": np.diag([1.0, -1.0])}, "Q is not positive semidefinite"),
        ({"R": np.diag([1.0, 0.0])}, "R is not positive definite"),
        ({"second_moment": np.diag([1.0, -1.0])}, "second_moment is not positive semidefinite"),
        ({"A": exact(np.eye(2, dtype=int))}, "floats stand beside exact numbers"),
    ],
)
def test_what_is_no_regulator_is_refused(change, message):
    with pytest.raises(InvalidRegulatorError, match=message):
        LinearQuadraticRegulator(**{**GOOD, **change})


@pytest.mark.parametrize(
    ("gain", "message"),
    [
        (np.zeros((1, 2)), "the gain has shape"),
        (exact(np.zeros((2, 2), dtype=int)), "the gain is not in float64"),
        (np.full((2, 2), np.inf), "not a finite number"),
    ],
)
def test_a_gain_that_does_not_fit_is_refused(gain, message):
    with pytest.raises(InvalidRegulatorError, match=message):
        cost(LinearQuadraticRegulator(**GOOD), gain)


def test_a_gram_matrix_of_floats_may_miss_definiteness_by_rounding():
    factor = np.array([[0.1], [0.3]])
    gram = factor @ factor.T
    gram[0, 1] = np.nextafter(gram[0, 1], 1)
    assert LinearQuadraticRegulator(**{**GOOD, "Q": gram}).Q is not None


def test_singular_matrices_of_balls_are_not_refused_for_their_radii():
    third = ball([["1/3", "1/3"], ["1/3", "1/3"]])
    parts = {name: ball(matrix) for name, matrix in GOOD.items()}
    assert LinearQuadraticRegulator(**{**parts, "Q": third}).arithmetic is Arithmetic.BALL
    with pytest.raises(InvalidRegulatorError, match="Q is not positive semidefinite"):
        LinearQuadraticRegulator(**{**parts, "Q": ball([["1/3", "1/2"], ["1/2", "1/3"]])})


def test_a_lyapunov_equation_without_solution_is_singular():
    with pytest.raises(SingularMatrixError):
        lyapunov_solution(exact([[1]]), exact([[1]]))


def test_data_without_excitation_are_refused():
    zero = exact(np.zeros((3, 1), dtype=int))
    with pytest.raises(SingularMatrixError):
        action_value_from_data(zero, zero, zero[:, 0], zero, exact([[0]]))


def test_a_singular_second_moment_gives_no_gradient_domination():
    case = scalar(a=1, b=1, q="1/2", r=1, k=1, second_moment=0)
    with pytest.raises(InvalidRegulatorError, match="singular"):
        gradient_gap_bound(case.regulator, case.gain, exact([["1/2"]]))
