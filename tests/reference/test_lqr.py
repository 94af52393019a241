"""The regulator's oracles against computations that share no code with them, and what they refuse."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from flint import acb_mat, arb, arb_mat, fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st
from policyproof.claims.lqr.bounds import gradient_bound, moment_bound, value_bound
from policyproof.claims.lqr.cases import LOOPS, any_loops, regulated, scalar, solved
from policyproof.invariants.lattice import numbers
from policyproof.reference.arithmetic import Arithmetic, SingularMatrixError, ball, exact, floating, precision, solve
from policyproof.reference.lqr import (
    LinearQuadraticRegulator,
    UndecidedStabilityError,
    UnstableGainError,
    characteristic_polynomial,
    closed_loop,
    cost,
    extreme_eigenvalues,
    gain_residual,
    is_positive_definite,
    is_positive_semidefinite,
    is_schur_stable,
    noisy_discounted_cost,
    noisy_partial_cost,
    policy_gradient,
    policy_iteration_step,
    riccati_map,
    stage_matrix,
    state_second_moment,
    validate_gain,
    value_matrix,
)

few = settings(max_examples=25, deadline=None)


def encloses(balls, rationals):
    """Whether each ball contains its rational p/q, asked as whether ball·q contains the integer p."""
    pairs = zip(np.ravel(balls), np.ravel(rationals), strict=True)
    return all(ball(x * int(y.q)).item().contains(int(y.p)) for x, y in pairs)


@few
@given(any_loops())
def test_the_characteristic_polynomial_is_flints(case):
    size = len(case.loop)
    expected = fmpq_mat(size, size, list(case.loop.flat)).charpoly()
    assert list(characteristic_polynomial(case.loop)) == [expected[k] for k in range(size + 1)]


@few
@given(any_loops())
def test_stability_is_what_certified_eigenvalues_say(case):
    """Certified balls around all eigenvalues, where flint can isolate them; on the circle itself nothing is said."""
    size = len(case.loop)
    try:
        eigenvalues = acb_mat(arb_mat(size, size, list(case.loop.flat))).eig(multiple=True)
    except ValueError:
        return
    moduli = [abs(value) for value in eigenvalues]
    if all(modulus < 1 for modulus in moduli):
        assert is_schur_stable(case.loop)
    if any(modulus > 1 for modulus in moduli):
        assert not is_schur_stable(case.loop)


@pytest.mark.parametrize("scale", [1, 1 - 2.0**-40, 1 + 2.0**-40])
def test_stability_is_decided_at_the_very_edge(scale):
    """The rotation by (3/5, 4/5) has both eigenvalues on the unit circle; so has the shift by one in a ring."""
    rotation, ring = exact([["3/5", "-4/5"], ["4/5", "3/5"]]), exact(np.roll(np.eye(3, dtype=int), 1, axis=1))
    for loop in (rotation, ring):
        assert is_schur_stable(exact(scale) * loop) == (scale < 1)


def test_floats_are_taken_for_the_rationals_that_they_are():
    """The loop 1 − 2⁻⁶⁰ rounds to 1 in A − BK, and is stable all the same."""
    below, above = np.array([[1 - 2.0**-53]]), np.array([[1.0]])
    assert is_schur_stable(below)
    assert not is_schur_stable(above)
    one, tiny = np.ones((1, 1)), np.array([[2.0**-60]])
    assert validate_gain(LinearQuadraticRegulator(one, one, one, one, one), tiny) is not None
    assert closed_loop(LinearQuadraticRegulator(one, one, one, one, one), tiny)[0, 0] == 1


def test_a_ball_that_straddles_the_edge_is_undecided():
    with pytest.raises(UndecidedStabilityError):
        is_schur_stable(np.array([[arb(1, 0.25)]], dtype=object))


@few
@given(any_loops())
def test_extreme_eigenvalues_contain_what_floats_find(case):
    """LAPACK's eigenvalues of a symmetric matrix are off by at most n² u ‖S‖ (backward stability, Weyl)."""
    S = case.constant
    low, high = (float(ball(x).item()) for x in extreme_eigenvalues(S))
    values = np.linalg.eigvalsh(floating(S))
    slack = len(S) ** 2 * 2.0**-52 * np.abs(floating(S)).sum()
    assert abs(low - values[0]) <= slack
    assert abs(high - values[-1]) <= slack


@few
@given(any_loops())
def test_extreme_eigenvalues_are_roots_and_extreme(case):
    """S − λ_min I is PSD a little below λ_min and not a little above it."""
    identity, hair = exact(np.eye(len(case.constant), dtype=int)), exact("1/1048576").item()
    low, high = (exact(float(ball(x).item())).item() for x in extreme_eigenvalues(case.constant))
    assert is_positive_semidefinite(case.constant - (low - hair) * identity)
    assert not is_positive_semidefinite(case.constant - (low + hair) * identity)
    assert is_positive_semidefinite((high + hair) * identity - case.constant)
    assert not is_positive_semidefinite((high - hair) * identity - case.constant)


def test_extreme_eigenvalues_of_balls_contain_the_whole_ball():
    wide = np.array([[arb(2, 0.125), arb(1)], [arb(1), arb(2, 0.125)]], dtype=object)
    low, high = extreme_eigenvalues(wide)
    assert low.contains(fmpq(7, 8))
    assert high.contains(fmpq(25, 8))


def test_definiteness():
    assert is_positive_definite(exact([[2, 1], [1, 2]]))
    assert not is_positive_definite(exact([[1, 1], [1, 1]]))
    assert is_positive_semidefinite(exact([[1, 1], [1, 1]]))
    assert not is_positive_semidefinite(exact([[1, 2], [2, 1]]))
    assert not is_positive_semidefinite(exact([[0, 1], [1, 0]]))
    assert is_positive_semidefinite(exact([[0, 0], [0, 0]]))


def doubled(loop, constant):
    """Σ_t (Fᵀ)ᵗ W Fᵗ by doubling, X ← X + FᵀXF, F ← F², with a rigorous tail ‖F‖²‖X‖/(1 − ‖F‖²)."""
    with precision(4096):
        F, X = ball(loop), ball(constant)
        for _ in range(40):
            X, F = X + F.T @ X @ F, F @ F
            squared = (F * F).sum()
            if squared < 2.0**-80:
                tail = (squared * (X * X).sum().sqrt() / (1 - squared)).abs_upper()
                return np.array([[x + arb(0, tail) for x in row] for row in X], dtype=object)
    raise AssertionError("the loop is too near the circle for this test")


@few
@given(regulated())
def test_lyapunov_solutions_are_their_series(case):
    P = value_matrix(case.regulator, case.gain)
    series = doubled(closed_loop(case.regulator, case.gain), stage_matrix(case.regulator, case.gain))
    assert encloses(series, P)
    moment = state_second_moment(case.regulator, case.gain)
    series = doubled(closed_loop(case.regulator, case.gain).T, case.second_moment)
    assert encloses(series, moment)


def complex_cost(case, gain):
    """tr(P Σ₀) by a complex Kronecker solve, column by column, with plain transposes."""
    F = case.A - case.B @ gain
    stage = case.Q + gain.T @ case.R @ gain
    size = len(F)
    matrix = np.eye(size * size, dtype=complex)
    for k, unit in enumerate(np.eye(size * size)):
        matrix[:, k] -= (F.T @ unit.reshape(size, size) @ F).reshape(-1)
    return (np.linalg.solve(matrix, stage.reshape(-1)).reshape(size, size) * case.second_moment).sum()


@few
@given(regulated())
def test_the_gradient_is_the_complex_step(case):
    """Im C(K + ihD)/h with h = 2⁻²⁰⁰: no cancellation, h² truncated; 4 times the bound of the other route."""
    truth, rounded = policy_gradient(case.regulator, case.gain), case.to(Arithmetic.FLOAT)
    limit = gradient_bound(rounded.regulator, rounded.gain)
    scale = 4 * np.max(limit) + 2.0**-300
    for index in np.ndindex(truth.shape):
        direction = np.zeros(truth.shape, dtype=complex)
        direction[index] = 2.0**-200 * 1j
        step = complex_cost(rounded, rounded.gain + direction).imag / 2.0**-200
        assert abs(step - floating(truth[index])) <= scale


@few
@given(regulated())
def test_float_oracles_stay_within_their_bounds(case):
    rounded = case.to(Arithmetic.FLOAT)
    regulator, K = rounded.regulator, rounded.gain
    for oracle, bound in (
        (value_matrix, value_bound),
        (state_second_moment, moment_bound),
        (policy_gradient, gradient_bound),
    ):
        error = np.abs(floating(exact(oracle(regulator, K)) - oracle(case.regulator, case.gain)))
        assert np.all(error <= bound(regulator, K)), oracle.__name__


@few
@given(regulated())
def test_balls_contain_the_exact_results(case):
    balls = case.to(Arithmetic.BALL)
    for oracle in (value_matrix, state_second_moment, gain_residual, policy_gradient, policy_iteration_step, cost):
        truth, enclosed = oracle(case.regulator, case.gain), oracle(balls.regulator, balls.gain)
        assert encloses(enclosed, truth), oracle.__name__


@few
@given(solved())
def test_value_iteration_rises_to_the_riccati_solution(case):
    """P₀ = 0, P_{k+1} = Riccati(P_k): optimal costs of k steps, so rising, and below P*."""
    value = 0 * case.value
    for _ in range(3):
        longer = riccati_map(case.regulator, value)
        assert is_positive_semidefinite(longer - value)
        assert is_positive_semidefinite(case.value - longer)
        value = longer


@pytest.mark.parametrize("steps", [0, 1, 2, 4])
def test_noisy_cost_is_the_mean_over_all_noises(steps):
    """Fair signs ±1 for the noise of each control: E w wᵀ = I, and costs are quadratic, so no other moment enters."""
    case = scalar(a="1/2", b=2, q=3, r="1/4", k="1/8", second_moment=4)
    total = exact(0).item()
    for signs in product(exact([1, -1]), repeat=steps):
        state, weight = exact(2).item(), exact(1).item()
        for sign in signs:
            control = -case.gain[0, 0] * state + sign
            total += weight * (case.Q[0, 0] * state**2 + case.R[0, 0] * control**2) / 2**steps
            state, weight = case.A[0, 0] * state + case.B[0, 0] * control, weight * exact("1/2").item()
    half, one = exact("1/2").item(), exact(1).item()
    assert noisy_partial_cost(case.regulator, case.gain, one, steps, discount=half) == total


def test_a_discount_admits_loops_that_are_not_stable():
    """The loop a = 5/4 has γa² = 25/32 at γ = 1/2: cost q/(1 − γa²) without noise. At γ = 3/4 it has 75/64."""
    case = scalar(a="5/4", b=1, q=1, r=1, k=0)
    assert noisy_discounted_cost(case.regulator, case.gain, fmpq(0), fmpq(1, 2)) == fmpq(32, 7)
    with pytest.raises(UnstableGainError, match="γ ρ"):
        noisy_discounted_cost(case.regulator, case.gain, fmpq(0), fmpq(3, 4))
    with pytest.raises(ValueError, match="outside"):
        noisy_discounted_cost(case.regulator, case.gain, fmpq(1), fmpq(1))


@given(st.data())
@few
def test_solving_columns_is_multiplying_back(data):
    matrix = data.draw(numbers((2, 2), LOOPS))
    right = data.draw(numbers((2, 3), LOOPS))
    try:
        columns = solve(matrix, right.T).T
    except SingularMatrixError:
        return
    assert np.all(matrix @ columns == right)
