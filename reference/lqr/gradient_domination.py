"""The cost is no further from the optimum than its gradient is large."""

from __future__ import annotations

from ..arithmetic import Array, Scalar, solve
from .cost import state_second_moment, value_matrix
from .gradient import gain_residual, policy_gradient
from .regulator import InvalidRegulatorError, LinearQuadraticRegulator
from .symmetric import extreme_eigenvalues, is_positive_definite, midpoints

__all__ = ["gauss_newton_gap_bound", "gradient_gap_bound", "natural_gradient_gap_bound"]


def gauss_newton_gap_bound(regulator: LinearQuadraticRegulator, gain: Array, optimal: Array) -> Scalar:
    """C(K) − C(K*) ≤ tr[Σ_{K*} E_Kᵀ (R + BᵀP_K B)⁻¹ E_K]: complete the square in ``cost_difference``.

    Fazel et al. (2018), proof of lemma 11.

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1 or ρ(A − BK*) ≥ 1; so for the other two.
    """
    E, B = gain_residual(regulator, gain), regulator.B
    curvature = regulator.R + B.T @ value_matrix(regulator, gain) @ B
    return (state_second_moment(regulator, optimal) * (E.T @ solve(curvature, E.T).T)).sum()


def natural_gradient_gap_bound(regulator: LinearQuadraticRegulator, gain: Array, optimal: Array) -> Scalar:
    """C(K) − C(K*) ≤ ‖Σ_{K*}‖ / σ_min(R) · tr(E_KᵀE_K) (Fazel et al., 2018, proof of lemma 11)."""
    E = gain_residual(regulator, gain)
    spread = extreme_eigenvalues(state_second_moment(regulator, optimal))[1]
    return spread / extreme_eigenvalues(regulator.R)[0] * (E * E).sum()


def gradient_gap_bound(regulator: LinearQuadraticRegulator, gain: Array, optimal: Array) -> Scalar:
    """C(K) − C(K*) ≤ ‖Σ_{K*}‖ / (4 μ² σ_min(R)) · ‖∇C(K)‖_F², μ = σ_min(Σ₀).

    Fazel et al. (2018), lemma 11, print it without the 4, which ∇C = 2 E_K Σ_K supplies.

    Raises
    ------
    InvalidRegulatorError: Σ₀ is singular, so that some error may never show in the gradient.
    """
    if not is_positive_definite(midpoints(regulator.second_moment)[0]):
        raise InvalidRegulatorError("second_moment is singular: the gradient does not dominate the cost")
    G = policy_gradient(regulator, gain)
    spread = extreme_eigenvalues(state_second_moment(regulator, optimal))[1]
    smallest = extreme_eigenvalues(regulator.second_moment)[0]
    return spread / (4 * smallest * smallest * extreme_eigenvalues(regulator.R)[0]) * (G * G).sum()
