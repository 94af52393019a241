"""What exploration costs: u_t = −K x_t + w_t with w_t ~ N(0, σI), independent of the past."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, exact
from ..domain import domain
from .cost import stage_matrix, value_matrix
from .lyapunov import lyapunov_solution
from .regulator import LinearQuadraticRegulator, UnstableGainError, closed_loop, exact_closed_loop
from .stability import is_schur_stable

__all__ = ["noisy_average_cost", "noisy_discounted_cost", "noisy_partial_cost"]


@domain(variance="[0, ∞)", steps="≥ 0", discount="[0, 1]")
def noisy_partial_cost(
    regulator: LinearQuadraticRegulator, gain: Array, variance: Scalar, steps: int, *, discount: Scalar = 1
) -> Scalar:
    """Σ_{t<T} γᵗ E[x_tᵀQx_t + u_tᵀRu_t] = Σ_{t<T} γᵗ [tr((Q + KᵀRK) Σ_t) + σ tr R], Σ_{t+1} = F Σ_t Fᵀ + σ BBᵀ."""
    F, B, stage = closed_loop(regulator, gain), regulator.B, stage_matrix(regulator, gain)
    moment, total, weight = regulator.second_moment, 0 * stage[0, 0], 1 + 0 * stage[0, 0]
    for _ in range(steps):
        total = total + weight * ((stage * moment).sum() + variance * np.trace(regulator.R))
        moment = F @ moment @ F.T + variance * B @ B.T
        weight = weight * discount
    return total


@domain(variance="[0, ∞)")
def noisy_discounted_cost(
    regulator: LinearQuadraticRegulator, gain: Array, variance: Scalar, discount: Scalar
) -> Scalar:
    """tr(PΣ₀) + σ/(1−γ) · [tr R + γ tr(BᵀPB)], P = Q + KᵀRK + γ FᵀPF, for 0 ≤ γ < 1.

    Raises
    ------
    UnstableGainError: γ ρ(A − BK)² ≥ 1.
    ValueError: the discount is outside [0, 1): with σ > 0 the sum diverges at γ = 1.
    """
    if not 0 <= discount < 1:
        raise ValueError(f"discount is {discount}, outside [0, 1): without one, noise costs σ tr R for ever")
    F, B, loop = closed_loop(regulator, gain), regulator.B, exact_closed_loop(regulator, gain)
    factor = discount if arithmetic_of(discount) is not Arithmetic.FLOAT else exact(discount).item()
    if not is_schur_stable(factor * np.kron(loop, loop)):
        raise UnstableGainError(f"γ ρ(A − BK)² ≥ 1 for γ = {discount} and K = {np.asarray(gain).tolist()}")
    P = lyapunov_solution(F, stage_matrix(regulator, gain), discount=discount)
    noise = np.trace(regulator.R) + discount * np.trace(B.T @ P @ B)
    return (P * regulator.second_moment).sum() + variance * noise / (1 - discount)


@domain(variance="[0, ∞)")
def noisy_average_cost(regulator: LinearQuadraticRegulator, gain: Array, variance: Scalar) -> Scalar:
    """Lim C_T/T = σ tr(R + BᵀP_K B), whatever the first state.

    Yang, Chen, Hong and Wang (2019), "Provably global convergence of actor-critic: a case for linear quadratic
    regulator with ergodic cost", without the noise of their process.

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1.
    """
    P = value_matrix(regulator, gain)
    return variance * np.trace(regulator.R + regulator.B.T @ P @ regulator.B)
