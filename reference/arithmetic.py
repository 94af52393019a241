"""One source, three arithmetics: float64, exact rationals and certified balls.

An oracle is a formula over NumPy arrays and runs in the arithmetic of the arrays that it is given:

==========================  ===============================  =============================================
dtype                       numbers                          what a result means
==========================  ===============================  =============================================
``float64``                 IEEE double                      correct up to rounding
``object`` of ``fmpq``      exact rationals                  the number itself; identities have residual 0
``object`` of ``arb``       balls with a rigorous radius     the true number lies inside the ball
==========================  ===============================  =============================================

Floats never mix with rationals or balls: NumPy raises ``TypeError``, so no formula loses exactness unseen.
Rationals become balls where a transcendental function first needs them. Balls are by Johansson (2017),
"Arb: efficient arbitrary-precision midpoint-radius interval arithmetic".
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat, fmpz

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Arithmetic",
    "Array",
    "Scalar",
    "SingularMatrixError",
    "arithmetic_of",
    "ball",
    "convert",
    "exact",
    "exp",
    "floating",
    "is_finite",
    "log",
    "precision",
    "solve",
    "sqrt",
    "square",
    "unit",
]

Array = np.ndarray[Any, np.dtype[Any]]
"""Real numbers in one of the three arithmetics."""
Scalar = Any
"""A float, an ``fmpq`` or an ``arb``."""


class Arithmetic(Enum):
    """Which numbers an array holds."""

    FLOAT = "float64"
    EXACT = "exact rationals"
    BALL = "certified balls"


class SingularMatrixError(ArithmeticError):
    """A linear system has no unique solution, or none that could be certified at this precision."""


def arithmetic_of(*numbers: object) -> Arithmetic:
    """Name the arithmetic of some arrays or scalars: balls if any is a ball, else rationals if any is.

    Integers and flags fit every arithmetic and decide nothing; among themselves they count as floats.

    Raises
    ------
    TypeError: floats stand beside rationals or balls, or an entry is no number.
    """
    found: set[Arithmetic] = set()
    for number in numbers:
        array = np.asarray(number)
        if array.dtype == object:
            for kind, entry in {type(entry): entry for entry in array.flat}.items():
                if issubclass(kind, arb):
                    found.add(Arithmetic.BALL)
                elif issubclass(kind, (fmpq, fmpz)):
                    found.add(Arithmetic.EXACT)
                elif issubclass(kind, float):
                    found.add(Arithmetic.FLOAT)
                elif not issubclass(kind, (int, np.integer, np.bool_)):
                    raise TypeError(f"{entry!r} is a {kind.__name__}, not a real number")
        elif array.dtype.kind == "f":
            found.add(Arithmetic.FLOAT)
        elif array.dtype.kind not in "iub":
            raise TypeError(f"an array of {array.dtype} does not hold real numbers")
    if Arithmetic.FLOAT in found and len(found) > 1:
        raise TypeError("floats stand beside exact numbers: convert all of them with exact() or floating()")
    if Arithmetic.BALL in found:
        return Arithmetic.BALL
    return Arithmetic.EXACT if Arithmetic.EXACT in found else Arithmetic.FLOAT


def exact(numbers: object) -> Array:
    """The same numbers as exact rationals: ``0.1`` becomes 3602879701896397/36028797018963968, not 1/10.

    Accepts floats, integers, flags, ``Fraction``, ``fmpq`` and strings such as ``"1/10"``, nested as NumPy would.

    Raises
    ------
    ValueError: an entry is NaN or infinite.
    TypeError: an entry is a ball, or no number.
    """
    return _entrywise(_exact, numbers)


def ball(numbers: object) -> Array:
    """The same numbers as balls at the present working precision; rationals round outward."""
    return _entrywise(_ball, numbers)


def floating(numbers: object) -> Array:
    """The nearest float64 to each number; of a ball, the nearest to its midpoint."""
    array = np.asarray(numbers)
    if array.dtype != object:
        return array.astype(np.float64)
    return np.asarray(_entrywise(_floating, array), dtype=np.float64)


def convert(numbers: object, arithmetic: Arithmetic) -> Array:
    """The same numbers in the arithmetic named."""
    return _CONVERSIONS[arithmetic](numbers)


def unit(arithmetic: Arithmetic) -> Scalar:
    """The number 1 of an arithmetic, from which a formula makes its constants: ``unit(a) / 3``."""
    return _UNITS[arithmetic]


def solve(matrix: Array, right: Array) -> Array:
    """Solve A x = b for square ``matrix[..., n, n]`` and ``right[..., n]``; leading axes broadcast.

    Float64 goes to LAPACK, rationals to fraction-free elimination, balls to a certified solve.

    Raises
    ------
    SingularMatrixError: A is singular; with balls also: A could not be shown to be regular.
    ValueError: shapes do not fit.
    """
    matrix, right = np.asarray(matrix), np.asarray(right)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or right.shape[-1:] != matrix.shape[-1:]:
        raise ValueError(f"cannot solve a system of shapes {matrix.shape} and {right.shape}")
    arithmetic = arithmetic_of(matrix, right)
    if arithmetic is Arithmetic.FLOAT:
        try:
            return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0])
        except np.linalg.LinAlgError as error:
            raise SingularMatrixError("the matrix is singular") from error
    size = matrix.shape[-1]
    batch = np.broadcast_shapes(matrix.shape[:-2], right.shape[:-1])
    matrices = np.broadcast_to(matrix, (*batch, size, size)).reshape(-1, size * size)
    rights = np.broadcast_to(right, (*batch, size)).reshape(-1, size)
    kind: Any = fmpq_mat if arithmetic is Arithmetic.EXACT else arb_mat
    result = np.empty(rights.shape, dtype=object)
    for row, (entries, values) in enumerate(zip(matrices, rights, strict=True)):
        try:
            solution = kind(size, size, _plain(entries)).solve(kind(size, 1, _plain(values)))
        except ZeroDivisionError as error:
            raise SingularMatrixError(f"the matrix is singular in {arithmetic.value}") from error
        result[row] = solution.entries()
    return result.reshape(*batch, size)


def is_finite(numbers: Array) -> Array:
    """Whether each number is neither NaN nor infinite, nor a ball that may be."""
    array = np.asarray(numbers)
    if array.dtype != object:
        return np.asarray(np.isfinite(array))
    finite = [_is_finite(number) for number in array.flat]
    return np.array(finite, dtype=bool).reshape(array.shape)


def log(x: Array) -> Array:
    """Natural logarithm; rationals become balls, except that log 1 = 0 exactly; log 0 = −∞.

    Raises
    ------
    ValueError: a number is certainly negative.
    """
    array = np.asarray(x)
    _refuse_negative(array, "logarithm")
    if arithmetic_of(array) is Arithmetic.FLOAT:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(array))
    return _entrywise(_log, array)


def exp(x: Array) -> Array:
    """Exponential; rationals become balls, except that exp 0 = 1 exactly."""
    array = np.asarray(x)
    if arithmetic_of(array) is Arithmetic.FLOAT:
        return np.asarray(np.exp(array))
    return _entrywise(_exp, array)


def square(x: Array) -> Array:
    """x²; of a ball that holds 0 as well, whose power ``x**2`` is no number."""
    return x * x


def sqrt(x: Array) -> Array:
    """Square root; rationals become balls, except that perfect squares stay rational. Of a ball, what is not negative.

    Raises
    ------
    ValueError: a number is certainly negative.
    """
    array = np.asarray(x)
    _refuse_negative(array, "square root")
    if arithmetic_of(array) is Arithmetic.FLOAT:
        return np.asarray(np.sqrt(array))
    return _entrywise(_sqrt, array)


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute balls with this many bits inside the block."""
    with ctx.workprec(bits):
        yield


def _entrywise(function: Callable[[Any], Any], numbers: object) -> Array:
    array = np.asarray(numbers)
    result = np.empty(array.size, dtype=object)
    for index, entry in enumerate(array.flat):
        result[index] = function(entry)
    return result.reshape(array.shape)


def _exact(number: Any) -> fmpq:
    if isinstance(number, fmpq):
        return number
    if isinstance(number, (float, np.floating)):
        if not math.isfinite(number):
            raise ValueError(f"{number} is not a rational number")
        return fmpq(*float(number).as_integer_ratio())
    if isinstance(number, (int, np.integer, np.bool_)):
        return fmpq(int(number))
    if isinstance(number, (str, Fraction)):
        fraction = Fraction(number)
        return fmpq(fraction.numerator, fraction.denominator)
    if isinstance(number, fmpz):
        return fmpq(number)
    raise TypeError(f"{number!r} is a {type(number).__name__}, not an exact number")


def _ball(number: Any) -> arb:
    return number if isinstance(number, arb) else arb(_exact(number))


def _floating(number: Any) -> float:
    if isinstance(number, fmpq):
        return int(number.p) / int(number.q)
    return float(number)


def _is_finite(number: Any) -> bool:
    if isinstance(number, arb):
        return bool(number.is_finite())
    return not isinstance(number, float) or math.isfinite(number)


def _sqrt(number: Any) -> Any:
    if isinstance(number, fmpq):
        p, q = int(number.p), int(number.q)
        if p >= 0:
            root_p, root_q = fmpz(p).isqrt(), fmpz(q).isqrt()
            if root_p * root_p == p and root_q * root_q == q:
                return fmpq(root_p, root_q)
    radicand = _ball(number)
    return radicand.sqrt() if radicand > 0 else arb(0).union(radicand.upper().sqrt())


def _log(number: Any) -> Any:
    if number == 1 and not isinstance(number, arb):
        return fmpq(0)
    return arb("-inf") if number == 0 else _ball(number).log()


def _exp(number: Any) -> Any:
    return fmpq(1) if number == 0 and not isinstance(number, arb) else _ball(number).exp()


def _refuse_negative(x: Array, function: str) -> None:
    array = np.asarray(x)
    negative = np.asarray(array < 0, dtype=bool)
    if negative.any():
        raise ValueError(f"{array[negative][0]} has no real {function}")


def _plain(entries: Array) -> list[Any]:
    return [int(entry) if isinstance(entry, (np.integer, np.bool_)) else entry for entry in entries]


_CONVERSIONS: dict[Arithmetic, Callable[[object], Array]] = {
    Arithmetic.FLOAT: floating,
    Arithmetic.EXACT: exact,
    Arithmetic.BALL: ball,
}
_UNITS: dict[Arithmetic, Scalar] = {Arithmetic.FLOAT: 1.0, Arithmetic.EXACT: fmpq(1), Arithmetic.BALL: arb(1)}
