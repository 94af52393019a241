"""The Fisher information of a linear Gaussian policy."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, arithmetic_of, convert
from ..domain import domain

__all__ = ["gaussian_linear_fisher"]


@domain(second_moment="n n", inputs="≥ 1", variance="(0, ∞)")
def gaussian_linear_fisher(second_moment: Array, inputs: int, variance: Scalar) -> Array:
    """F = I ⊗ Σ_x / σ, ``[m·n, m·n]``, for u ~ N(−K x, σ I) with K ``[m, n]`` and Σ_x = E[x xᵀ] ``[n, n]``.

    K(i, j) has index i·n + j, so that (F vec G) = vec(G Σ_x) / σ row by row. The score is −(u + K x) xᵀ / σ. Fazel,
    Ge, Kakade and Mesbahi (2018), "Global convergence of policy gradient methods for the LQR", section 3.

    Raises
    ------
    ValueError: the variance is not positive, or Σ_x is not square.
    """
    identity = convert(np.eye(inputs, dtype=int), arithmetic_of(second_moment))
    return np.asarray(np.kron(identity, second_moment) / variance)
