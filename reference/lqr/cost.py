"""What a linear policy costs: over an infinite horizon by a Lyapunov solve, over a finite one step by step."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from .lyapunov import lyapunov_solution
from .regulator import LinearQuadraticRegulator, closed_loop, validate_gain

__all__ = ["cost", "partial_cost", "stage_matrix", "state_second_moment", "value_matrix"]


@domain(gain="m n")
def stage_matrix(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """Q + KᵀRK ``[n, n]``: a step from x under u = −Kx costs xᵀ(Q + KᵀRK)x (Fazel et al., 2018, section 3)."""
    K = np.asarray(gain)
    return np.asarray(regulator.Q + K.T @ regulator.R @ K)


def value_matrix(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """P_K = Q + KᵀRK + (A−BK)ᵀ P_K (A−BK) ``[n, n]``: from x the policy costs xᵀ P_K x.

    Fazel, Ge, Kakade and Mesbahi (2018), section 3; the sum itself is Σ_t (Fᵀ)ᵗ (Q + KᵀRK) Fᵗ with F = A − BK.

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1.
    """
    K = validate_gain(regulator, gain)
    return lyapunov_solution(closed_loop(regulator, K), stage_matrix(regulator, K))


def state_second_moment(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """Σ_K = E Σ_t x_t x_tᵀ = Σ₀ + (A−BK) Σ_K (A−BK)ᵀ ``[n, n]`` (Fazel et al., 2018, section 3).

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1.
    """
    K = validate_gain(regulator, gain)
    return lyapunov_solution(closed_loop(regulator, K).T, regulator.second_moment)


def cost(regulator: LinearQuadraticRegulator, gain: Array) -> Scalar:
    """C(K) = E Σ_t x_tᵀ(Q + KᵀRK)x_t = tr(P_K Σ₀) (Fazel et al., 2018, section 3).

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1.
    """
    return (value_matrix(regulator, gain) * regulator.second_moment).sum()


@domain(steps="≥ 0")
def partial_cost(regulator: LinearQuadraticRegulator, gain: Array, steps: int) -> Scalar:
    """C_T(K) = Σ_{t<T} tr((Q + KᵀRK) Σ_t), Σ_{t+1} = F Σ_t Fᵀ with F = A − BK; any gain, stabilising or not."""
    F, stage = closed_loop(regulator, gain), stage_matrix(regulator, gain)
    moment, total = regulator.second_moment, 0 * stage[0, 0]
    for _ in range(steps):
        total = total + (stage * moment).sum()
        moment = F @ moment @ F.T
    return total
