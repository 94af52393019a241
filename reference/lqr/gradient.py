"""The gradient of the cost with respect to the gain, and the differential that leads to it."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..domain import domain
from .cost import state_second_moment, value_matrix
from .lyapunov import lyapunov_solution
from .regulator import LinearQuadraticRegulator, closed_loop

__all__ = ["gain_residual", "policy_gradient", "value_matrix_differential"]


def gain_residual(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """E_K = (R + BᵀP_K B) K − BᵀP_K A ``[m, n]``; zero iff K is greedy for its own value (Fazel et al., 2018, lemma 1).

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1.
    """
    P, B = value_matrix(regulator, gain), regulator.B
    return np.asarray((regulator.R + B.T @ P @ B) @ gain - B.T @ P @ regulator.A)


def policy_gradient(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """∇C(K) = 2 E_K Σ_K ``[m, n]`` (Fazel et al., 2018, lemma 1).

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1.
    """
    return np.asarray(2 * gain_residual(regulator, gain) @ state_second_moment(regulator, gain))


@domain(direction="m n")
def value_matrix_differential(regulator: LinearQuadraticRegulator, gain: Array, direction: Array) -> Array:
    """DP = d/dε P_{K+εD} at ε = 0, the solution of dP = DᵀE_K + E_KᵀD + FᵀdPF with F = A − BK, ``[n, n]``.

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1.
    """
    E, D = gain_residual(regulator, gain), np.asarray(direction)
    return lyapunov_solution(closed_loop(regulator, gain), D.T @ E + E.T @ D)
