import numpy as np
from policyproof.reference.arithmetic import ball, exact, exp, log, sqrt
from policyproof.reference.dual import Dual, dual, gradient, solve, tangent, value

UNIT = 2.0**-53


def encloses(boxes, numbers):
    return all((box - number).contains(0) for box, number in np.broadcast(boxes, numbers))


def test_dual_numbers_follow_the_rules_of_differentiation():
    x = Dual(exact("3/2").item(), exact(1).item())
    assert ((x**3 - 2 * x) / (1 + x)).tangent == exact("46/25").item()
    assert (1 / x).tangent == exact("-4/9").item()
    assert (5 - x).tangent == -1
    assert (x**0).tangent == 0
    assert repr(x) == "3/2 + 1 ε"


def test_dual_elementary_functions_in_floats_and_balls():
    point = 1.25
    expected = np.exp(point) / point + np.exp(point) * np.log(point) + 0.5 / np.sqrt(point)
    (got,) = gradient(lambda x: np.exp(x[0]) * np.log(x[0]) + np.sqrt(x[0]), np.array([point]))
    assert abs(got - expected) <= 16 * UNIT * expected
    (enclosed,) = gradient(lambda x: np.exp(x[0]) * np.log(x[0]) + np.sqrt(x[0]), ball(["5/4"]))
    p = ball("5/4")
    assert encloses(enclosed, exp(p) / p + exp(p) * log(p) + 1 / (2 * sqrt(p)))


def test_dual_solve_is_cramers_rule():
    a, b = exact([[2, 1], [1, 3]]), exact([1, 2])
    da, db = exact([[1, 0], [2, -1]]), exact([0, 1])
    matrix, right = dual(a, da), dual(b, db)
    determinant = matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0]
    expected = (right[0] * matrix[1, 1] - matrix[0, 1] * right[1]) / determinant
    got = solve(matrix, right)[0]
    assert (got.value, got.tangent) == (expected.value, expected.tangent)


def test_parts_of_plain_numbers():
    assert value(exact([1, 2])).tolist() == [1, 2]
    assert tangent(np.array([1.0, 2.0])).tolist() == [0.0, 0.0]
