"""Definiteness and extreme eigenvalues of a symmetric matrix, decided and not guessed."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, fmpq, fmpq_poly

from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, exact
from ..domain import InvalidArgumentError, domain
from ..tabular_mdp import refuse_where
from .stability import characteristic_polynomial

__all__ = ["extreme_eigenvalues", "is_positive_definite", "is_positive_semidefinite", "midpoints"]


@domain(matrix="n n")
def is_positive_semidefinite(matrix: Array) -> bool:
    """S ⪰ 0, by elimination among rationals; floats are taken for the rationals that they are.

    Golub and Van Loan (2013), "Matrix computations", section 4.2.

    Raises
    ------
    TypeError: the matrix holds balls, whose definiteness may be open.
    InvalidArgumentError: the matrix is not symmetric.
    """
    return _positive_pivots(exact(matrix)) is not None


@domain(matrix="n n")
def is_positive_definite(matrix: Array) -> bool:
    """S ≻ 0, decided as in ``is_positive_semidefinite``."""
    return _positive_pivots(exact(matrix)) == len(matrix)


@domain(matrix="n n")
def extreme_eigenvalues(matrix: Array) -> tuple[Scalar, Scalar]:
    """(λ_min, λ_max) of a symmetric matrix: floats by LAPACK; of rationals and balls, balls that contain them.

    Of floats the lower triangle counts, since the other may differ by rounding. Else the roots of det(λI − S) are
    isolated in balls, which the radii of S widen (Weyl, 1912); diagonal matrices of rationals keep their exact entries.

    Raises
    ------
    InvalidArgumentError: the matrix is certainly not symmetric.
    """
    array = np.asarray(matrix)
    arithmetic = arithmetic_of(array)
    if arithmetic is Arithmetic.FLOAT:
        values = np.linalg.eigvalsh(array)
        return float(values[0]), float(values[-1])
    _refuse_asymmetry(array)
    diagonal = np.diagonal(array)
    if arithmetic is Arithmetic.EXACT and not np.any(array - np.diag(diagonal)):
        return min(diagonal), max(diagonal)
    middle, radius = midpoints(array)
    polynomial: Any = fmpq_poly(characteristic_polynomial(middle).tolist())
    roots = [root.real for root, _ in polynomial.complex_roots()]
    widening = arb(0, radius)
    return min(roots, key=float) + widening, max(roots, key=float) + widening


def midpoints(matrix: Array) -> tuple[Array, fmpq]:
    """A symmetric matrix of rationals, and a bound on the Frobenius distance to any matrix that the balls hold.

    Rationals and floats are their own midpoints, at distance 0.
    """
    array, radius = np.asarray(matrix), arb(0)
    middle = np.empty(array.shape, dtype=object)
    for index, entry in np.ndenumerate(array):
        if isinstance(entry, arb):
            middle[index] = _dyadic(entry.mid())
            radius += entry.rad() ** 2
        else:
            middle[index] = exact(entry).item()
    return (middle + middle.T) / fmpq(2), _dyadic(radius.sqrt().abs_upper())


def _dyadic(number: arb) -> fmpq:
    mantissa, exponent = number.man_exp()
    return fmpq(int(mantissa)) * fmpq(2) ** int(exponent)


def _refuse_asymmetry(matrix: Array) -> None:
    refuse_where(matrix != matrix.T, "matrix", "is not what stands across the diagonal", matrix, InvalidArgumentError)


def _positive_pivots(matrix: Array) -> int | None:
    """How many pivots of S = LDLᵀ are positive, the rest being 0, or None where one is negative."""
    _refuse_asymmetry(matrix)
    left, positive = matrix, 0
    while len(left):
        k = int(np.argmax(np.diagonal(left)))
        pivot = left[k, k]
        if pivot <= 0:
            return None if np.any(left) else positive
        left = np.delete(np.delete(left - np.outer(left[:, k], left[k]) / pivot, k, 0), k, 1)
        positive += 1
    return positive
