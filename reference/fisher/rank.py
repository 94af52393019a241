"""The rank of a matrix of rationals (Horn and Johnson, 2013, "Matrix analysis", section 0.4)."""

from __future__ import annotations

import numpy as np
from flint import fmpq_mat

from ..arithmetic import Arithmetic, Array, arithmetic_of

__all__ = ["rank", "row_echelon"]


def rank(matrix: Array) -> int:
    """The number of linearly independent rows of ``matrix[m, n]``, by elimination.

    Raises
    ------
    TypeError: the entries are not rational: a rank jumps, so a rounded one means nothing.
    """
    return len(row_echelon(matrix)[1])


def row_echelon(matrix: Array) -> tuple[Array, list[int]]:
    """The non-zero rows G of the reduced row echelon form ``[r, n]``, and the r columns of its pivots.

    The pivot columns C of the matrix and G are a full-rank factorisation: matrix = C G.

    Raises
    ------
    TypeError: the entries are not rational.
    """
    if arithmetic_of(matrix) is not Arithmetic.EXACT:
        raise TypeError("a rank is decided among exact rationals only")
    m, n = matrix.shape
    reduced, found = fmpq_mat(m, n, list(matrix.flat)).rref()
    rows = np.array(reduced.entries(), dtype=object).reshape(matrix.shape)[:found]
    return rows, [int(np.flatnonzero(row != 0)[0]) for row in rows]
