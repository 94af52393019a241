"""The cost of a linear policy is a Lyapunov solve, exactly where the closed loop is stable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, SingularMatrixError, exact
from ...reference.lqr import (
    LinearQuadraticRegulator,
    closed_loop,
    cost,
    extreme_eigenvalues,
    is_positive_semidefinite,
    is_schur_stable,
    lyapunov_solution,
    partial_cost,
    stage_matrix,
    state_second_moment,
    value_matrix,
)
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .bounds import cost_bound
from .cases import AnyLoop, Regulated, any_loops, regulated, scalar, unstable

STEPS = 5


def rolled(case: Regulated, steps: int) -> tuple[Array, Array]:
    """Σ_{t<T} Fᵗ Σ₀ (Fᵀ)ᵗ and F^T Σ₀ (Fᵀ)^T."""
    F, moment = closed_loop(case.regulator, case.gain), case.second_moment
    total = 0 * moment
    for _ in range(steps):
        total, moment = total + moment, F @ moment @ F.T
    return total, moment


@identity("lqr-dynamics-cost", "lqr-cost-trace", cases=regulated())
def cost_is_rollout_and_the_rest(case: Regulated) -> tuple[Any, Any]:
    """tr(P_K Σ₀) = C_T(K) + tr(P_K Σ_T), with C_T and Σ_T rolled out, T = 0 … 5."""
    P, F = value_matrix(case.regulator, case.gain), closed_loop(case.regulator, case.gain)
    moment, totals = case.second_moment, []
    for steps in range(STEPS + 1):
        totals.append(partial_cost(case.regulator, case.gain, steps) + (P * moment).sum())
        moment = F @ moment @ F.T
    return cost(case.regulator, case.gain), np.array(totals)


def float_bound(case: Regulated) -> float:
    """The error of a solve with the condition number of I − Fᵀ⊗Fᵀ."""
    return cost_bound(case.regulator, case.gain)


@identity("lqr-cost-trace", cases=regulated(), bound=float_bound)
def cost_by_value_is_cost_by_states(case: Regulated) -> tuple[Any, Any]:
    """tr(P_K Σ₀) = tr((Q + KᵀRK) Σ_K): the adjoint equation gives the same number."""
    moment = state_second_moment(case.regulator, case.gain)
    return cost(case.regulator, case.gain), (stage_matrix(case.regulator, case.gain) * moment).sum()


@counterexample("lqr-cost-trace")
def a_negative_cost() -> Counterexample:
    """P = Q + KᵀRK + FᵀPF has a solution where the cost is infinite."""
    case = scalar(a=2, b=1, q=1, r=1, k=0)
    P = lyapunov_solution(closed_loop(case.regulator, case.gain), stage_matrix(case.regulator, case.gain))
    return Counterexample(
        "a = 2, b = q = r = 1, K = 0, E x₀² = 1",
        ("tr(P Σ₀) for the P that solves P = 1 + 4P", P[0, 0]),
        "<",
        ("cost of the first step alone", partial_cost(case.regulator, case.gain, 1)),
    )


@inequality("lqr-dynamics-cost", cases=unstable())
def an_unstable_loop_costs_without_end(case: Regulated) -> tuple[Any, Any]:
    """T λ_min(Q) λ_min(Σ₀) ≤ C_T(K) where ρ(A − BK) ≥ 1, because ‖Fᵗ‖ ≥ 1 for every t."""
    floor = extreme_eigenvalues(case.Q)[0] * extreme_eigenvalues(case.second_moment)[0]
    totals = [partial_cost(case.regulator, case.gain, steps) for steps in (1, 4, 16)]
    return np.array([steps * floor for steps in (1, 4, 16)]), np.array(totals)


@tight("lqr-dynamics-cost", of=an_unstable_loop_costs_without_end, reaches=1)
def a_loop_that_stands_still() -> Iterator[Regulated]:
    """With a = 1 and K = 0 every step costs q E x₀²."""
    yield scalar(a=1, b=1, q="1/2", r=1, k=0)


@fact("lqr-dynamics-cost")
def an_instability_that_nothing_starts_or_sees() -> None:
    """Without Σ₀ ≻ 0, or without Q ≻ 0, an unstable loop may cost nothing at all."""
    for q, second_moment in ((1, 0), (0, 1)):
        case = scalar(a=2, b=1, q=q, r=1, k=0, second_moment=second_moment)
        assert not is_schur_stable(closed_loop(case.regulator, case.gain))
        assert partial_cost(case.regulator, case.gain, 64) == 0


@fact("lqr-bellman-134", cases=any_loops())
def psd_solution_iff_stable(case: AnyLoop) -> None:
    """For W ≻ 0: P = W + FᵀPF has a unique solution and it is PSD iff ρ(F) < 1 (Stein, 1952).

    The left is decided by a solve and its pivots, the right by the recursion of Schur and Cohn.
    """
    try:
        certificate = is_positive_semidefinite(lyapunov_solution(case.loop, case.constant))
    except SingularMatrixError:
        certificate = False
    assert certificate == is_schur_stable(case.loop), str(case)


@fact("lqr-bellman-134")
def a_psd_solution_of_an_unstable_loop() -> None:
    """Q ≻ 0 is needed: with Q = 0, K = 0 and a = 2 the unique solution P = 0 is PSD."""
    case = scalar(a=2, b=1, q=0, r=1, k=0)
    P = lyapunov_solution(closed_loop(case.regulator, case.gain), stage_matrix(case.regulator, case.gain))
    assert P[0, 0] == 0
    assert is_positive_semidefinite(P)


@identity("lqr-bellman-134", cases=regulated())
def value_is_its_series(case: Regulated) -> tuple[Array, Array]:
    """P_K = Σ_{t<T} (Fᵀ)ᵗ (Q + KᵀRK) Fᵗ + (Fᵀ)^T P_K F^T, T = 5: the equation, unrolled."""
    P, F = value_matrix(case.regulator, case.gain), closed_loop(case.regulator, case.gain)
    power, total = stage_matrix(case.regulator, case.gain), 0 * P
    last = P
    for _ in range(STEPS):
        total, power, last = total + power, F.T @ power @ F, F.T @ last @ F
    return P, total + last


@identity("lqr-sigma-k", cases=regulated())
def second_moment_is_its_series(case: Regulated) -> tuple[Array, Array]:
    """Σ_K = Σ_{t<T} Fᵗ Σ₀ (Fᵀ)ᵗ + F^T Σ_K (Fᵀ)^T, T = 5."""
    moment = state_second_moment(case.regulator, case.gain)
    total, _ = rolled(case, STEPS)
    _, last = rolled(replace(case, second_moment=moment), STEPS)
    return moment, total + last


@identity("lqr-sigma0-covariance", cases=regulated())
def cost_needs_the_second_moment(case: Regulated) -> tuple[Any, Any]:
    """E[x₀ᵀP_K x₀] = tr(P_K E[x₀x₀ᵀ]) = tr(P_K Cov x₀) + E[x₀]ᵀP_K E[x₀]; x₀ is 0 or a column, equally likely."""
    columns = np.concatenate([case.second_moment, 0 * case.second_moment[:, :1]], axis=1)
    chance = exact(1).item() / columns.shape[1]
    mean = columns.sum(axis=1) * chance
    moment = columns @ columns.T * chance
    regulator = LinearQuadraticRegulator(case.A, case.B, case.Q, case.R, moment)
    P = value_matrix(regulator, case.gain)
    expected = sum(column @ P @ column for column in columns.T) * chance
    by_covariance = (P * (moment - np.outer(mean, mean))).sum() + mean @ P @ mean
    return expected, np.array([cost(regulator, case.gain), by_covariance])


@counterexample("lqr-sigma0-covariance")
def a_covariance_of_nothing() -> Counterexample:
    """A first state that is known has covariance 0 and costs all the same."""
    case = scalar(a=0, b=1, q=1, r=1, k=0)
    P = value_matrix(case.regulator, case.gain)
    return Counterexample(
        "x₀ = 1 for certain, a = 0, b = q = r = 1, K = 0",
        ("tr(P Cov x₀)", P[0, 0] * 0),
        "<",
        ("C(K)", cost(case.regulator, case.gain)),
    )
