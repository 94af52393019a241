"""The discrete Lyapunov equation, as a linear system (Horn and Johnson, 1991, "Topics in matrix analysis", ch. 4)."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, arithmetic_of, convert, solve
from ..domain import domain

__all__ = ["lyapunov_matrix", "lyapunov_solution"]


@domain(loop="n n", discount="[0, 1]")
def lyapunov_matrix(loop: Array, *, discount: Scalar = 1) -> Array:
    """I − γ Fᵀ⊗Fᵀ ``[n², n²]``, which maps vec X, row by row, to vec(X − γ FᵀXF).

    vec(AXB) = (A ⊗ Bᵀ) vec X for rows (Horn and Johnson, 1991, lemma 4.3.1).
    """
    F = np.asarray(loop)
    identity = convert(np.eye(F.size, dtype=int), arithmetic_of(F))
    return np.asarray(identity - discount * np.kron(F.T, F.T))


@domain(loop="n n", constant="n n", discount="[0, 1]")
def lyapunov_solution(loop: Array, constant: Array, *, discount: Scalar = 1) -> Array:
    """The X that solves X = W + γ FᵀXF ``[n, n]``; X = Σ_t γᵗ (Fᵀ)ᵗ W Fᵗ iff that series converges.

    The equation has one solution iff no two eigenvalues of F multiply to 1/γ, so it often has one where the series
    diverges: the callers here refuse such F first.

    Raises
    ------
    SingularMatrixError: there is no unique solution.
    """
    W = np.asarray(constant)
    return solve(lyapunov_matrix(loop, discount=discount), W.reshape(-1)).reshape(W.shape)
