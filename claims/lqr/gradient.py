"""The gradient formula against dual numbers carried through the linear system."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array, convert, solve
from ...reference.lqr import (
    LinearQuadraticRegulator,
    closed_loop,
    gain_residual,
    lyapunov_matrix,
    policy_gradient,
    stage_matrix,
    state_second_moment,
    value_matrix_differential,
)
from ..evidence import fact, identity
from .cases import Regulated, TwoGains, regulated, scalar, two_gains

STEPS = 4


def dual_value_matrix(regulator: LinearQuadraticRegulator, gain: Array, direction: Array) -> Array:
    """d/dε P_{K+εD} ``[n, n]``, from (M + εM')(p + εp') = w + εw' as one real system [[M, 0], [M', M]].

    M = I − Fᵀ⊗Fᵀ and w = vec(Q + KᵀRK) with their derivatives by the product rule, F' = −BD.
    """
    K, D = np.asarray(gain), np.asarray(direction)
    F, slope = closed_loop(regulator, K), -regulator.B @ D
    matrix = lyapunov_matrix(F)
    tangent = -np.kron(slope.T, F.T) - np.kron(F.T, slope.T)
    right = np.stack([stage_matrix(regulator, K), D.T @ regulator.R @ K + K.T @ regulator.R @ D])
    dual = np.block([[matrix, 0 * matrix], [tangent, matrix]])
    return solve(dual, right.reshape(-1))[F.size :].reshape(F.shape)


@identity("lqr-gradient-135", cases=regulated())
def gradient_is_derivative_of_cost(case: Regulated) -> tuple[Array, Array]:
    """2 E_K Σ_K = dC/dK, entry by entry in dual numbers."""
    m, n = case.gain.shape
    basis = convert(np.eye(m * n, dtype=int), case.regulator.arithmetic).reshape(m * n, m, n)
    slopes = [(dual_value_matrix(case.regulator, case.gain, D) * case.second_moment).sum() for D in basis]
    return policy_gradient(case.regulator, case.gain), np.array(slopes).reshape(m, n)


@identity("lqr-dp-total-derivative", cases=two_gains())
def total_derivative(case: TwoGains) -> tuple[Array, Array]:
    """The differential: dP = DᵀE + EᵀD + Fᵀ dP F for the dP of dual numbers, D = K' − K."""
    D, E = case.new_gain - case.gain, gain_residual(case.regulator, case.gain)
    F, dual = closed_loop(case.regulator, case.gain), dual_value_matrix(case.regulator, case.gain, D)
    return dual, D.T @ E + E.T @ D + F.T @ dual @ F


@identity("lqr-dp-series", cases=two_gains())
def differential_is_its_series(case: TwoGains) -> tuple[Array, Array]:
    """The series: dP = Σ_{t<T} (Fᵀ)ᵗ (DᵀE + EᵀD) Fᵗ + (Fᵀ)^T dP F^T, T = 4, for the dP of dual numbers."""
    D, E = case.new_gain - case.gain, gain_residual(case.regulator, case.gain)
    F, last = closed_loop(case.regulator, case.gain), dual_value_matrix(case.regulator, case.gain, D)
    term, total = D.T @ E + E.T @ D, 0 * last
    for _ in range(STEPS):
        total, term, last = total + term, F.T @ term @ F, F.T @ last @ F
    return value_matrix_differential(case.regulator, case.gain, D), total + last


@identity("lqr-dc-trace", cases=two_gains())
def differential_of_cost(case: TwoGains) -> tuple[Any, Any]:
    """The chain: dC = tr(dP Σ₀) = tr(2 E Σ_K Dᵀ) = ⟨∇C, D⟩."""
    D = case.new_gain - case.gain
    E, moment = gain_residual(case.regulator, case.gain), state_second_moment(case.regulator, case.gain)
    dual = (dual_value_matrix(case.regulator, case.gain, D) * case.second_moment).sum()
    solved = (value_matrix_differential(case.regulator, case.gain, D) * case.second_moment).sum()
    trace = np.trace(2 * E @ moment @ D.T)
    return dual, np.array([solved, trace, (policy_gradient(case.regulator, case.gain) * D).sum()])


@fact("lqr-gradient-135")
def a_gradient_by_hand() -> str:
    """With a = 1/2, b = q = r = 1, K = 1/4: P = 17/15, E = −1/30, Σ_K = 16/15, ∇C = −16/225."""
    case = scalar(a="1/2", b=1, q=1, r=1, k="1/4")
    E, moment = gain_residual(case.regulator, case.gain), state_second_moment(case.regulator, case.gain)
    gradient = policy_gradient(case.regulator, case.gain)
    found = [str(matrix[0, 0]) for matrix in (E, moment, gradient)]
    assert found == ["-1/30", "16/15", "-16/225"], found
    return f"∇C = {found[2]}"
