"""How far rounding can carry a Lyapunov solve in float64."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ...reference.lqr import LinearQuadraticRegulator, lyapunov_matrix, state_second_moment, value_matrix

__all__ = ["cost_bound", "gradient_bound", "moment_bound", "value_bound"]

UNIT = 2.0**-53


def value_bound(regulator: LinearQuadraticRegulator, gain: Array) -> float:
    """Bound on the error of each entry of P_K."""
    K, m = abs(gain), len(gain)
    constant = abs(regulator.Q) + K.T @ abs(regulator.R) @ K
    loop = regulator.A - regulator.B @ gain
    return _solution_bound(
        loop, _magnitude(regulator, gain), m, value_matrix(regulator, gain), (2 * m + 3) * UNIT * constant
    )


def moment_bound(regulator: LinearQuadraticRegulator, gain: Array) -> float:
    """Bound on the error of each entry of Σ_K."""
    loop, magnitude = regulator.A - regulator.B @ gain, _magnitude(regulator, gain)
    solution = state_second_moment(regulator, gain)
    return _solution_bound(loop.T, magnitude.T, len(gain), solution, 0 * solution)


def cost_bound(regulator: LinearQuadraticRegulator, gain: Array) -> float:
    """Bound on the error of tr(P_K Σ₀) and of tr((Q + KᵀRK) Σ_K): solve, then n² products and sums."""
    (n, m), K = regulator.B.shape, abs(gain)
    P, moment = abs(value_matrix(regulator, gain)), abs(state_second_moment(regulator, gain))
    stage = abs(regulator.Q) + K.T @ abs(regulator.R) @ K
    by_value = value_bound(regulator, gain) * abs(regulator.second_moment).sum()
    by_value += n * n * UNIT * (P * abs(regulator.second_moment)).sum()
    by_moment = moment_bound(regulator, gain) * stage.sum() + (n * n + 2 * m + 3) * UNIT * (stage * moment).sum()
    return float(2 * max(by_value, by_moment))


def gradient_bound(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """Bound on the error of 2 E_K Σ_K, through those of P_K and Σ_K."""
    n, m = regulator.B.shape
    P, moment, B = abs(value_matrix(regulator, gain)), abs(state_second_moment(regulator, gain)), abs(regulator.B)
    magnitude = _magnitude(regulator, gain)
    products = abs(regulator.R) @ abs(gain) + B.T @ P @ magnitude
    residual = value_bound(regulator, gain) * B.T.sum(axis=1, keepdims=True) * magnitude.sum(axis=0)
    residual = residual + (2 * n + m + 4) * UNIT * products
    error = residual @ moment + products.sum(axis=1, keepdims=True) * moment_bound(regulator, gain)
    return np.asarray(2 * 2 * (error + n * UNIT * products @ moment))


def _magnitude(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    return np.asarray(abs(regulator.A) + abs(regulator.B) @ abs(gain))


def _solution_bound(loop: Array, magnitude: Array, m: int, solution: Array, constant_error: Array) -> float:
    """2 ‖M⁻¹‖ (‖ΔM‖ max|X| + max|ΔW|), M = I − Fᵀ⊗Fᵀ of size N = n².

    |ΔM| ≤ (2m+4) u (I + |F|ᵀ⊗|F|ᵀ) for forming F and M, with |A| + |B||K| in the place of |F|, and
    ‖ΔM‖ ≤ 3Nu ‖|L||U|‖ ≤ 3Nu · N‖M‖ for elimination with partial pivoting (Higham, 2002, theorem 9.4; |L| ≤ 1, and
    ‖U‖ ≤ ‖M‖, growth factor 1). The 2 covers the second order while ‖M⁻¹‖ ‖ΔM‖ ≤ 1/2; else nothing is claimed.
    """
    M, N = lyapunov_matrix(loop), loop.size
    inverse = np.abs(np.linalg.inv(M)).sum(axis=1).max()
    forming = (2 * m + 4) * UNIT * (1 + np.abs(np.kron(magnitude.T, magnitude.T)).sum(axis=1).max())
    error = forming + 3 * N * UNIT * N * np.abs(M).sum(axis=1).max()
    if inverse * error > 0.5:
        return float("inf")
    return float(2 * inverse * (error * np.abs(solution).max() + np.abs(constant_error).max()))
