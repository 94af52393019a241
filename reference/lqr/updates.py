"""One step of each policy optimiser of Fazel, Ge, Kakade and Mesbahi (2018), section 4.

All return K' ``[m, n]`` and refuse a K with ρ(A − BK) ≥ 1 by ``UnstableGainError``; whether K' stabilises is for the
caller to ask.
"""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, solve
from ..domain import domain
from .cost import value_matrix
from .gradient import gain_residual, policy_gradient
from .regulator import LinearQuadraticRegulator

__all__ = ["gauss_newton_step", "gradient_step", "natural_gradient_step", "policy_iteration_step"]


@domain(step="(-∞, ∞)")
def gradient_step(regulator: LinearQuadraticRegulator, gain: Array, step: Scalar) -> Array:
    """K' = K − α ∇C(K)."""
    return np.asarray(gain - step * policy_gradient(regulator, gain))


@domain(step="(-∞, ∞)")
def natural_gradient_step(regulator: LinearQuadraticRegulator, gain: Array, step: Scalar) -> Array:
    """K' = K − 2α E_K, which is K − α ∇C(K) Σ_K⁻¹ wherever Σ_K is regular."""
    return np.asarray(gain - 2 * step * gain_residual(regulator, gain))


@domain(step="(-∞, ∞)")
def gauss_newton_step(regulator: LinearQuadraticRegulator, gain: Array, step: Scalar) -> Array:
    """K' = K − 2α (R + BᵀP_K B)⁻¹ E_K, which is K − α (R + BᵀP_K B)⁻¹ ∇C(K) Σ_K⁻¹ wherever Σ_K is regular."""
    B, P = regulator.B, value_matrix(regulator, gain)
    return np.asarray(gain - 2 * step * _solve_columns(regulator.R + B.T @ P @ B, gain_residual(regulator, gain)))


def policy_iteration_step(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """K' = H_uu⁻¹ H_ux, the minimiser over u = −K'x of Q_K(x, u) = (x, u)ᵀ H (x, u) (Hewer, 1971).

    H = [[Q + AᵀPA, AᵀPB], [BᵀPA, R + BᵀPB]] with P = P_K is the quadratic action value.
    """
    A, B, P = regulator.A, regulator.B, value_matrix(regulator, gain)
    return _solve_columns(regulator.R + B.T @ P @ B, B.T @ P @ A)


def _solve_columns(matrix: Array, right: Array) -> Array:
    """M⁻¹ Y, ``[m, n]``."""
    return solve(matrix, np.asarray(right).T).T
