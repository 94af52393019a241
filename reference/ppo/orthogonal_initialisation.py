"""Weights with orthonormal columns or rows."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, SingularMatrixError, sqrt
from ..domain import domain

__all__ = ["orthogonal_weights"]


@domain(matrix="m n", gain="(-∞, ∞)")
def orthogonal_weights(matrix: Array, *, gain: Scalar = 1) -> Array:
    """W with WᵀW = gain² I for tall ``[m, n]``, m ≥ n, and WWᵀ = gain² I for wide ones.

    Gram–Schmidt on the columns (of the transpose) of a matrix of Gaussian numbers: the Q of its QR decomposition with a
    positive diagonal of R, which is uniformly distributed. Each column is made orthogonal twice, for float64's sake.
    Saxe et al. (2014), "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks"; Huang et
    al. (2022), detail 2.

    Raises
    ------
    ValueError: ``matrix`` is not ``[m, n]``.
    SingularMatrixError: its columns (rows, of a wide one) are dependent.
    """
    array = np.asarray(matrix)
    if array.shape[0] < array.shape[1]:
        return orthogonal_weights(array.T, gain=gain).T
    columns: list[Array] = []
    for column in array.T:
        for _ in range(2):
            for earlier in columns:
                column = column - (earlier @ column) / (earlier @ earlier) * earlier
        if not column @ column > 0:
            raise SingularMatrixError("the columns of the matrix are linearly dependent")
        columns.append(column)
    return np.stack([gain * column / sqrt(column @ column) for column in columns], axis=1)
