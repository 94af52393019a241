"""The Moore–Penrose inverse of a matrix of rationals."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, solve
from ..domain import domain
from ..fisher.rank import row_echelon

__all__ = ["InconsistentSystemError", "minimum_norm_solution", "pseudo_inverse"]


class InconsistentSystemError(ArithmeticError):
    """A singular linear system has no solution: the right side is outside the range of the matrix."""


@domain(matrix="m n")
def pseudo_inverse(matrix: Array) -> Array:
    """A⁺ = Gᵀ (G Gᵀ)⁻¹ (Cᵀ C)⁻¹ Cᵀ, ``[n, m]``, from a full-rank factorisation A = C G of ``matrix[m, n]``.

    MacDuffee's formula; Ben-Israel and Greville (2003), "Generalized inverses", section 1.6.

    Raises
    ------
    TypeError: the entries are not rational: the rank, and with it A⁺, jumps under rounding.
    """
    rows, pivots = row_echelon(matrix)
    if not pivots:
        return np.asarray(0 * matrix.T)
    columns = matrix[:, pivots]
    row_part = solve(rows @ rows.T, rows.T).T
    column_part = solve(columns.T @ columns, columns)
    return np.asarray(row_part.T @ column_part.T)


@domain(matrix="m n", right="m")
def minimum_norm_solution(matrix: Array, right: Array) -> Array:
    """X = A⁺ b: of all x with A x = b, the one of least Euclidean length, ``[n]``.

    Penrose (1956), "On best approximate solutions of linear matrix equations".

    Raises
    ------
    InconsistentSystemError: no x solves A x = b.
    TypeError: the entries are not rational.
    """
    solution = pseudo_inverse(matrix) @ right
    if np.any(matrix @ solution != right):
        raise InconsistentSystemError("the right side is outside the range of the matrix")
    return np.asarray(solution)
