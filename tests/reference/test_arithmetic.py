from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st
from policyproof.reference.arithmetic import (
    Arithmetic,
    SingularMatrixError,
    arithmetic_of,
    ball,
    convert,
    exact,
    exp,
    floating,
    is_finite,
    log,
    precision,
    solve,
    sqrt,
    square,
    unit,
)

UNIT = 2.0**-53
finite = st.floats(allow_nan=False, allow_infinity=False)


def hilbert(size):
    return exact([[f"1/{i + j + 1}" for j in range(size)] for i in range(size)])


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in np.asarray(boxes - numbers).flat)


@pytest.mark.parametrize(
    ("written", "fraction"),
    [
        (0.1, fmpq(3602879701896397, 36028797018963968)),
        ("1/10", fmpq(1, 10)),
        ("0.1", fmpq(1, 10)),
        (Fraction(-2, 6), fmpq(-1, 3)),
        (np.float32(0.25), fmpq(1, 4)),
        (np.int8(-7), fmpq(-7)),
        (True, fmpq(1)),
    ],
)
def test_exact_means_the_number_itself(written, fraction):
    assert exact(written).item() == fraction


@given(finite)
def test_floats_survive_the_way_through_rationals(number):
    assert floating(exact(number)).item() == number


@given(st.integers(-(2**80), 2**80), st.integers(1, 2**80))
def test_floating_rounds_a_rational_to_the_nearest(p, q):
    found = floating(exact(Fraction(p, q))).item()
    truth = Fraction(p, q)
    gaps = [abs(Fraction(float(np.nextafter(found, way))) - truth) for way in (-np.inf, np.inf)]
    assert abs(Fraction(found) - truth) <= min(gaps)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_not_exact(number):
    with pytest.raises(ValueError, match="is not a rational number"):
        exact([0.5, number])


@pytest.mark.parametrize("number", [arb(1), 1j, None])
def test_exact_refuses_what_it_cannot_hold(number):
    with pytest.raises(TypeError, match="not an exact number"):
        exact([number])


def test_arithmetic_is_named_by_what_an_array_holds():
    assert arithmetic_of(np.ones(2)) is Arithmetic.FLOAT
    assert arithmetic_of(np.float32(1), 3, np.array([True])) is Arithmetic.FLOAT
    assert arithmetic_of([1, 2]) is Arithmetic.FLOAT
    assert arithmetic_of(exact([1]), 2) is Arithmetic.EXACT
    assert arithmetic_of(exact([1]), ball([1])) is Arithmetic.BALL
    assert arithmetic_of(np.array([1.0, 2], dtype=object)) is Arithmetic.FLOAT


@pytest.mark.parametrize("other", [exact(["1/2"]), ball(["1/2"])])
def test_floats_never_mix_with_exact_numbers(other):
    with pytest.raises(TypeError, match="floats stand beside exact numbers"):
        arithmetic_of(np.ones(1), other)
    with pytest.raises(TypeError, match="floats stand beside exact numbers"):
        solve(np.eye(1), other)


def test_numpy_itself_refuses_floats_beside_rationals():
    with pytest.raises(TypeError):
        exact(["1/2"]) + np.array([0.5])


@pytest.mark.parametrize("array", [np.array([1j]), np.array(["1"]), np.array([None])])
def test_what_is_no_real_number_has_no_arithmetic(array):
    with pytest.raises(TypeError, match="real number"):
        arithmetic_of(array)


@pytest.mark.parametrize("arithmetic", Arithmetic)
def test_conversion_ends_in_the_arithmetic_named(arithmetic):
    converted = convert(exact(["1/2", 3]), arithmetic)
    assert arithmetic_of(converted) is arithmetic
    assert converted[0] + converted[0] == unit(arithmetic)


def test_solve_is_exact_among_rationals():
    answer = exact([1, "-2/3", 0, 5])
    right = hilbert(4) @ answer
    assert np.all(solve(hilbert(4), right) == answer)


def test_solve_in_float64_is_off_by_its_condition():
    size, answer = 4, exact([1, "-2/3", 0, 5])
    matrix, right = floating(hilbert(size)), floating(hilbert(size) @ answer)
    error = np.abs(solve(matrix, right) - floating(answer)).max()
    condition = np.linalg.cond(matrix, np.inf)
    growth = 2.0 ** (size - 1)
    assert error <= 2 * (6 * size**3 * growth + 2) * UNIT * condition * 5


def test_solve_in_balls_encloses_the_answer():
    answer = exact([1, "-2/3", 0, 5])
    found = solve(ball(hilbert(4)), ball(hilbert(4) @ answer))
    assert encloses(found, answer)
    assert all(entry.rad() < 1e-9 for entry in found)


def test_solve_takes_batches_and_broadcasts():
    matrices = np.stack([exact([[2, 0], [0, 4]]), exact([[1, 1], [0, 1]])])
    rights = exact([[[4, 4]], [[1, 3]], [[0, 1]]])
    found = solve(matrices, rights)
    assert found.shape == (3, 2, 2)
    assert np.all(np.einsum("bij,kbj->kbi", matrices, found) == np.broadcast_to(rights, (3, 2, 2)))
    assert np.array_equal(solve(floating(matrices), floating(rights)), floating(found))


@pytest.mark.parametrize("arithmetic", Arithmetic)
def test_a_singular_matrix_is_named(arithmetic):
    with pytest.raises(SingularMatrixError, match="singular"):
        solve(convert([[1, 2], [2, 4]], arithmetic), convert([1, 1], arithmetic))


def test_a_matrix_of_balls_that_may_be_singular_is_refused():
    wide = arb(0, 1)
    with pytest.raises(SingularMatrixError):
        solve(np.array([[wide]], dtype=object), ball([1]))


@pytest.mark.parametrize(("matrix", "right"), [((2, 3), (2,)), ((2, 2), (3,)), ((2,), (2,))])
def test_solve_refuses_shapes_that_do_not_fit(matrix, right):
    with pytest.raises(ValueError, match="cannot solve a system of shapes"):
        solve(np.ones(matrix), np.ones(right))


def test_a_ball_encloses_what_it_stands_for():
    third = ball(["1/3"])[0]
    assert third.contains(fmpq(1, 3))
    assert third.rad() > 0
    with precision(256):
        assert ball(["1/3"])[0].rad() < third.rad() / 2**150


def test_balls_that_overlap_are_undecided():
    one, other = arb(1, 0.25), arb(1.25, 0.25)
    assert not one < other
    assert not one >= other
    assert arb(1, 0.25) < arb(2, 0.25)


def test_logarithms_and_exponentials_stay_exact_where_they_are():
    assert log(exact([1]))[0] == 0
    assert exp(exact([0]))[0] == 1
    assert isinstance(log(exact([1]))[0], fmpq)
    assert arithmetic_of(log(exact([1, 2]))) is Arithmetic.BALL
    assert exp(log(exact([2])))[0].contains(2)


@given(st.fractions(min_value="1/1000", max_value=50, max_denominator=1000))
def test_balls_stand_where_floats_do(number):
    """A float input is off by u·x, which moves each of the three by at most u(1 + x)(1 + |f|), and f rounds once."""
    for oracle, function in ((log, np.log), (exp, np.exp), (sqrt, np.sqrt)):
        enclosure = ball(oracle(exact([number])))[0]
        approximate = float(function(float(number)))
        limit = 4 * UNIT * (1 + float(number)) * (1 + abs(approximate))
        assert abs(enclosure - ball(approximate).item()) <= limit


def test_roots_of_squares_stay_rational():
    root = sqrt(exact(["4/9", 0, 2]))
    assert root[0] == fmpq(2, 3)
    assert root[1] == 0
    assert isinstance(root[0], fmpq)
    assert (root[2] ** 2).contains(2)


def test_float_functions_are_those_of_numpy():
    numbers = np.array([0.5, 1, 3])
    assert np.array_equal(log(numbers), np.log(numbers))
    assert np.array_equal(exp(numbers), np.exp(numbers))
    assert np.array_equal(sqrt(numbers), np.sqrt(numbers))


def test_a_ball_around_zero_has_a_square_and_the_square_a_root():
    around = np.array([arb(0, 0.25), arb(0), arb(0.125, 0.125)], dtype=object)
    squares = square(around)
    assert all(number.contains(arb(inside)) for number, inside in zip(squares, (0.0625, 0, 0.0625), strict=True))
    roots = sqrt(squares)
    assert all(number.contains(arb(inside)) for number, inside in zip(roots, (0.25, 0, 0.25), strict=True))
    assert is_finite(roots).all()
    assert not is_finite(around**2).all(), "what a power of python-flint says of such a ball"
