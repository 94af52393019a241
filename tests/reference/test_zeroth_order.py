import math

import numpy as np
import pytest
from flint import acb
from hypothesis import given, settings
from hypothesis import strategies as st
from policyproof.claims.zeroth_order.cases import smoothings
from policyproof.claims.zeroth_order.smoothing import smoothing_bound
from policyproof.reference.arithmetic import Arithmetic, ball, exact, floating
from policyproof.reference.zeroth_order import (
    ScalarLQR,
    antithetic_mean,
    estimator_mean,
    estimator_second_moment,
    gaussian_expectation,
    heat_series_gradient,
    normal_moment,
    optimal_shift,
    polynomial_gradient,
    recentred,
    smoothed_cost,
    value,
)

brief = settings(max_examples=40, deadline=None)
UNIT = 2.0**-53


def regulator(a="1/2", b="1", q="1", r="1"):
    return ScalarLQR(*exact([a, b, q, r]))


@brief
@given(smoothings())
def test_mean_in_three_arithmetics(case):
    truth = estimator_mean(case.coefficients, case.point, sigma=case.sigma)
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    bound = smoothing_bound(rounded)
    for form in (estimator_mean, antithetic_mean, heat_series_gradient):
        got = form(rounded.coefficients, rounded.point, sigma=rounded.sigma)
        assert np.all(np.abs(got - floating(truth)) <= bound + UNIT * np.abs(floating(truth)))
        boxes = form(enclosed.coefficients, enclosed.point, sigma=enclosed.sigma)
        assert all(gap.contains(0) for gap in boxes - truth)


@brief
@given(smoothings())
def test_moments_agree_with_gauss_hermite_quadrature(case):
    rounded = case.to(Arithmetic.FLOAT)
    axes = rounded.coefficients.ndim
    nodes, weights = np.polynomial.hermite_e.hermegauss(2 * max(rounded.coefficients.shape))
    grid = np.stack(np.meshgrid(*[nodes] * axes, indexing="ij")).reshape(axes, -1)
    mass = np.multiply.reduce(np.meshgrid(*[weights / weights.sum()] * axes, indexing="ij")).reshape(-1)

    def cost(coefficients, points):
        powers = [x[:, None] ** np.arange(n) for x, n in zip(points, coefficients.shape, strict=True)]
        letters = "ijk"[:axes]
        return np.einsum(f"{letters}," + ",".join(f"n{letter}" for letter in letters) + "->n", coefficients, *powers)

    values = cost(rounded.coefficients, rounded.point[:, None] + rounded.sigma * grid)
    largest = cost(np.abs(rounded.coefficients), np.abs(rounded.point)[:, None] + rounded.sigma * np.abs(grid))
    mean = (values * grid * mass).sum(axis=1) / rounded.sigma
    second = (values**2 * (grid**2).sum(axis=0) * mass).sum() / rounded.sigma**2
    # The nodes and weights carry a few hundred roundings, and each of the terms added a few dozen more.
    slack = 2048 * UNIT * len(mass)
    assert np.all(
        np.abs(mean - estimator_mean(rounded.coefficients, rounded.point, sigma=rounded.sigma))
        <= slack * (largest * np.abs(grid) * mass).sum(axis=1) / rounded.sigma
    )
    assert (
        abs(second - estimator_second_moment(rounded.coefficients, rounded.point, sigma=rounded.sigma))
        <= slack * (largest**2 * (grid**2).sum(axis=0) * mass).sum() / rounded.sigma**2
    )


@brief
@given(smoothings(), st.integers(-3, 3))
def test_recentred_polynomial_has_the_same_values(case, step):
    around = recentred(case.coefficients, case.point, scale=case.sigma)
    moved = exact([step + k for k in range(len(case.point))])
    assert value(around, moved) == value(case.coefficients, case.point + case.sigma * moved)


@brief
@given(smoothings())
def test_optimal_shift_beats_a_fine_search(case):
    best = optimal_shift(case.coefficients, case.point, sigma=case.sigma)

    def second_moment(shift):
        return estimator_second_moment(case.coefficients, case.point, sigma=case.sigma, shift=shift)

    assert all(second_moment(best) < second_moment(best + exact(f"{k}/16").item()) for k in (-16, -1, 1, 16))


def test_normal_moments_are_those_of_the_density():
    assert [normal_moment(n) for n in range(9)] == [1, 0, 1, 0, 3, 0, 15, 0, 105]
    for order in range(7):
        integral = acb.integral(
            lambda x, _, n=order: x**n * (-x * x / 2).exp() / (2 * acb.pi()).sqrt(), acb(-12), acb(12)
        ).real
        assert abs(integral - normal_moment(order)) < 1e-10


def test_polynomial_calculus_on_a_known_polynomial():
    # C(x, y) = 1 + 2x + 3y + 4xy + 5x²
    cost, point = exact([[1, 3], [2, 4], [5, 0]]), exact([2, -1])
    assert value(cost, point) == 1 + 4 - 3 - 8 + 20
    assert polynomial_gradient(cost, point).tolist() == [2 - 4 + 20, 3 + 8]
    assert smoothed_cost(cost, point, sigma=exact(3).item()) == 14 + 5 * 9
    assert gaussian_expectation(cost) == 6


def test_instability_probability_is_that_of_the_normal_law():
    system, gain, sigma = regulator(), exact("1/8").item(), exact("1/2").item()
    inside = acb.integral(
        lambda e, _: (-e * e / 2).exp() / (2 * acb.pi()).sqrt(), acb(exact("-5/4").item()), acb(exact("11/4").item())
    ).real
    boxed = system.instability_probability(gain, sigma=sigma)
    assert (1 - inside - boxed).contains(0)
    rounded = ScalarLQR(0.5, 1.0, 1.0, 1.0).instability_probability(0.125, sigma=0.5)
    assert abs(rounded - float(boxed)) <= 8 * UNIT


def test_cost_is_the_sum_over_time():
    system, gain = regulator("9/10", "1/2", "2", "1/3"), exact("1/5").item()
    loop, state, total = exact("4/5").item(), exact(1).item(), exact(0).item()
    for _ in range(200):
        total += state * state * (2 + gain * gain / 3)
        state *= loop
    rest = state * state * system.cost(gain)
    assert total + rest == system.cost(gain)
    assert rest < exact("1/1000000000000000").item()


def test_cost_of_an_unstable_gain_is_infinite():
    assert not regulator().cost(exact(2).item()).is_finite()
    assert regulator().cost(exact(2).item()) > 10**300
    assert ScalarLQR(0.5, 1.0, 1.0, 1.0).cost(-0.5) == math.inf
    assert not regulator().stabilises(exact("-1/2").item())
    assert not ScalarLQR(*ball(["1/2", 1, 1, 1])).stabilises(-ball("1/2").item())


def test_bad_input_is_refused_by_name():
    cost, point, zero = exact([1, 2]), exact([0]), exact(0).item()
    system = regulator()
    attempts = [
        ("sigma = 0 is outside", lambda: smoothed_cost(cost, point, sigma=zero)),
        ("sigma = 0 is outside", lambda: estimator_mean(cost, point, sigma=zero)),
        ("sigma = 0 is outside", lambda: estimator_second_moment(cost, point, sigma=zero)),
        ("sigma = 0 is outside", lambda: heat_series_gradient(cost, point, sigma=zero)),
        ("sigma = 0 is outside", lambda: antithetic_mean(cost, point, sigma=zero)),
        ("sigma = 0 is outside", lambda: optimal_shift(cost, point, sigma=zero)),
        ("1 variables is not evaluated at 2", lambda: value(cost, exact([1, 2]))),
        ("1 variables is not evaluated at 2", lambda: recentred(cost, exact([1, 2]), scale=1)),
        ("q > 0", lambda: regulator(q="0")),
        ("b ≠ 0", lambda: regulator(b="0")),
        ("sigma = 0 is outside", lambda: system.instability_probability(zero, sigma=zero)),
        ("radius = 0 is outside", lambda: system.two_point_mean(zero, radius=zero)),
        ("do not both stabilise", lambda: system.two_point_mean(zero, radius=exact(1).item())),
    ]
    for message, attempt in attempts:
        with pytest.raises(ValueError, match=message):
            attempt()
