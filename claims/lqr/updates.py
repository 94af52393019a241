"""Gradient, natural gradient, Gauss–Newton and policy iteration on the gain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, SingularMatrixError, exact, solve
from ...reference.lqr import (
    LinearQuadraticRegulator,
    action_value_from_data,
    closed_loop,
    cost,
    gain_residual,
    gauss_newton_step,
    gradient_step,
    greedy_gain,
    is_positive_semidefinite,
    is_schur_stable,
    natural_gradient_step,
    policy_gradient,
    policy_iteration_step,
    state_second_moment,
    value_matrix,
    value_matrix_differential,
)
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .cases import Regulated, identity_matrix, regulated, scalar

STEP = exact("3/8").item()
STEPS = exact(["1/16", "1/2", "15/16", 1])


def curvature(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """R + BᵀP_K B ``[m, m]``."""
    return np.asarray(regulator.R + regulator.B.T @ value_matrix(regulator, gain) @ regulator.B)


def preconditioned(case: Regulated) -> Array:
    """∇C(K) Σ_K⁻¹ ``[m, n]``, by a solve with the symmetric Σ_K."""
    moment = state_second_moment(case.regulator, case.gain)
    return solve(moment, policy_gradient(case.regulator, case.gain))


@identity("lqr-pg", cases=regulated())
def steepest_descent(case: Regulated) -> tuple[Any, Any]:
    """d/dα C(K − α∇C) at α = 0 is −‖∇C‖_F²: small enough steps decrease the cost."""
    G = policy_gradient(case.regulator, case.gain)
    slope = (value_matrix_differential(case.regulator, case.gain, -G) * case.second_moment).sum()
    return slope, -(G * G).sum()


@fact("lqr-pg", cases=regulated(max_states=2))
def a_small_step_decreases(case: Regulated) -> None:
    """Some α = 16⁻ʲ keeps the loop stable with C(K') ≤ C(K) − α/2 ‖∇C‖_F², and j need not be large."""
    G, before = policy_gradient(case.regulator, case.gain), cost(case.regulator, case.gain)
    for j in range(20):
        step = exact(1).item() / 16**j
        moved = gradient_step(case.regulator, case.gain, step)
        if is_schur_stable(closed_loop(case.regulator, moved)):
            after = cost(case.regulator, moved)
            if after <= before - step / 2 * (G * G).sum():
                return
    raise AssertionError(f"no step down to 16⁻¹⁹ decreases the cost: {case}")


@counterexample("lqr-pg")
def a_large_step_destabilises() -> Counterexample:
    """A fixed step size is no algorithm: one step of α = 1 leaves the gains whose cost is finite."""
    case = scalar(a="11/10", b=1, q=1, r=1, k=1)
    moved = gradient_step(case.regulator, case.gain, exact(1).item())
    return Counterexample(
        "a = 11/10, b = q = r = 1, K = 1 (closed loop 1/10), K' = K − ∇C(K)",
        ("|a − bK'| must be below", exact(1).item()),
        "<",
        ("|a − bK'|", abs(closed_loop(case.regulator, moved)[0, 0])),
    )


@identity("lqr-npg", cases=regulated(definite_moment=True))
def natural_gradient_forms(case: Regulated) -> tuple[Array, Array]:
    """K − 2α E_K = K − α ∇C(K) Σ_K⁻¹ where Σ_K is regular."""
    return natural_gradient_step(case.regulator, case.gain, STEP), case.gain - STEP * preconditioned(case)


@fact("lqr-npg")
def a_direction_that_is_never_visited() -> str:
    """Σ₀ = diag(1, 0) with A = I/2, B = (1, 0)ᵀ: Σ_K is singular, ∇C Σ_K⁻¹ undefined, and 2 E_K as ever."""
    half, eye = exact("1/2").item(), identity_matrix(2)
    case = Regulated(half * eye, eye[:, :1], eye, eye[:1, :1], np.diag(exact([1, 0])), exact([["1/4", 0]]))
    try:
        preconditioned(case)
    except SingularMatrixError:
        return f"2 E_K = {(2 * gain_residual(case.regulator, case.gain)).tolist()}"
    raise AssertionError("Σ_K is regular")


@identity("lqr-gauss-newton", cases=regulated(definite_moment=True))
def gauss_newton_forms(case: Regulated) -> tuple[Array, Array]:
    """Gauss–Newton is K − α (R+BᵀPB)⁻¹ ∇C Σ_K⁻¹, and K − 2α(K − (R+BᵀPB)⁻¹BᵀPA)."""
    step = gauss_newton_step(case.regulator, case.gain, STEP)
    scaled = solve(curvature(case.regulator, case.gain), preconditioned(case).T).T
    greedy = policy_iteration_step(case.regulator, case.gain)
    return step, np.stack([case.gain - STEP * scaled, case.gain - 2 * STEP * (case.gain - greedy)])


@identity("lqr-gn-half-is-pi", cases=regulated())
def half_a_step_is_policy_iteration(case: Regulated) -> tuple[Array, Array]:
    """α = 1/2 gives (R+BᵀPB)⁻¹BᵀPA, at which the one-step lookahead u ↦ uᵀRu + (Ax+Bu)ᵀP(Ax+Bu) is stationary."""
    moved = gauss_newton_step(case.regulator, case.gain, exact("1/2").item())
    P, loop = value_matrix(case.regulator, case.gain), closed_loop(case.regulator, moved)
    stationary = case.regulator.R @ moved - case.regulator.B.T @ P @ loop
    greedy = policy_iteration_step(case.regulator, case.gain)
    return np.stack([moved, stationary]), np.stack([greedy, 0 * stationary])


@fact("lqr-gn-half-is-pi", cases=regulated())
def policy_iteration_is_monotone(case: Regulated) -> None:
    """K⁺ stabilises and P_{K⁺} ⪯ P_K, for every state at once (Hewer, 1971), Q ⪰ 0 being enough.

    P_K − F⁺ᵀP_K F⁺ = Q + K⁺ᵀRK⁺ + (K−K⁺)ᵀ(R+BᵀPB)(K−K⁺): F⁺v = λv with |λ| ≥ 1 has K⁺v = Kv = 0, so Fv = λv.
    """
    moved = policy_iteration_step(case.regulator, case.gain)
    before, after = value_matrix(case.regulator, case.gain), value_matrix(case.regulator, moved)
    assert is_positive_semidefinite(before - after), str(case)


@fact("lqr-gn-half-is-pi")
def policy_iteration_by_hand() -> str:
    """With a = 1/2, b = q = r = 1, K = 1/4: P = 17/15, E = −1/30, K⁺ = 17/64."""
    case = scalar(a="1/2", b=1, q=1, r=1, k="1/4")
    found = [
        str(matrix[0, 0])
        for matrix in (
            value_matrix(case.regulator, case.gain),
            gain_residual(case.regulator, case.gain),
            policy_iteration_step(case.regulator, case.gain),
        )
    ]
    assert found == ["17/15", "-1/30", "17/64"], found
    return f"K⁺ = {found[2]}"


@identity("lqr-gn-all-alpha", cases=regulated(max_states=2))
def what_a_gauss_newton_step_gains(case: Regulated) -> tuple[Any, Any]:
    """C(K_α) − C(K) = −4α(1−α) tr[Σ_{K_α} E_Kᵀ(R+BᵀPB)⁻¹E_K] for 0 < α < 1; every such K_α stabilises."""
    E = gain_residual(case.regulator, case.gain)
    square = E.T @ solve(curvature(case.regulator, case.gain), E.T).T
    gained, formula = [], []
    for step in STEPS[:-1]:
        moved = gauss_newton_step(case.regulator, case.gain, step)
        gained.append(cost(case.regulator, moved) - cost(case.regulator, case.gain))
        moment = state_second_moment(case.regulator, moved)
        formula.append(-4 * step * (1 - step) * (moment * square).sum())
    return np.array(gained), np.array(formula)


@identity("lqr-gn-all-alpha", cases=regulated(definite=True))
def a_full_step_changes_no_value(case: Regulated) -> tuple[Array, Array]:
    """α = 1: P_{K'} = P_K exactly, for every state; K' = 2K⁺ − K overshoots to the same height."""
    moved = gauss_newton_step(case.regulator, case.gain, exact(1).item())
    return value_matrix(case.regulator, moved), value_matrix(case.regulator, case.gain)


@fact("lqr-gn-all-alpha")
def a_full_step_off_the_edge() -> None:
    """At α = 1 stability needs Q ≻ 0: with a = b = r = 1 and q = 0 every K in (0, 2) goes to K' = 0, a loop of 1."""
    for k in ("1/2", 1, "7/4"):
        case = scalar(a=1, b=1, q=0, r=1, k=k)
        moved = gauss_newton_step(case.regulator, case.gain, exact(1).item())
        assert moved[0, 0] == 0
        assert not is_schur_stable(closed_loop(case.regulator, moved))


@inequality("lqr-gn-all-alpha", cases=regulated(max_states=2, definite=True))
def gauss_newton_never_costs(case: Regulated) -> tuple[Any, Any]:
    """C(K_α) ≤ C(K) for 0 < α ≤ 1."""
    moved = [gauss_newton_step(case.regulator, case.gain, step) for step in STEPS]
    return np.array([cost(case.regulator, gain) for gain in moved]), cost(case.regulator, case.gain)


@tight("lqr-gn-all-alpha", of=gauss_newton_never_costs, reaches=1)
def the_full_step() -> Iterator[Regulated]:
    """At α = 1 the cost is what it was, although K' = 17/32 − 1/4 is not K."""
    yield scalar(a="1/2", b=1, q=1, r=1, k="1/4")


@counterexample("lqr-gn-all-alpha")
def a_step_beyond_one() -> Counterexample:
    """The range ends at α = 1: a little further the cost rises."""
    case = scalar(a="1/2", b=1, q=1, r=1, k="1/4")
    moved = gauss_newton_step(case.regulator, case.gain, exact("17/16").item())
    return Counterexample(
        "a = 1/2, b = q = r = 1, K = 1/4, Gauss–Newton with α = 17/16",
        ("C(K)", cost(case.regulator, case.gain)),
        "<",
        ("C(K')", cost(case.regulator, moved)),
    )


@identity("lqr-lspi", cases=regulated(max_states=2))
def policy_iteration_without_a_model(case: Regulated) -> tuple[Array, Array]:
    """Least squares on d(d+1)/2 noiseless transitions that excite all of (x, u) gives the policy-iteration step.

    The heuristic, made exact: z = e_i and e_i + e_j suffice, d = n + m, whatever the stabilising gain.
    """
    n, m = case.B.shape
    eye = identity_matrix(n + m)
    joint = np.array([eye[i] if i == j else eye[i] + eye[j] for i in range(n + m) for j in range(i, n + m)])
    states, controls = joint[:, :n], joint[:, n:]
    costs = ((states @ case.Q) * states).sum(axis=1) + ((controls @ case.R) * controls).sum(axis=1)
    following = states @ case.A.T + controls @ case.B.T
    learned = action_value_from_data(states, controls, costs, following, case.gain)
    half = gauss_newton_step(case.regulator, case.gain, exact("1/2").item())
    return greedy_gain(learned, n), half


@fact("lqr-lspi", cases=regulated(max_states=2))
def data_on_one_policy_alone_teach_nothing(case: Regulated) -> None:
    """Without exploration, u = −Kx throughout, the least-squares system is singular."""
    n = case.B.shape[0]
    eye = identity_matrix(n)
    states = np.array([eye[i] if i == j else eye[i] + eye[j] for i in range(n) for j in range(i, n)])
    controls = -states @ case.gain.T
    costs = ((states @ case.Q) * states).sum(axis=1) + ((controls @ case.R) * controls).sum(axis=1)
    following = states @ case.A.T + controls @ case.B.T
    try:
        action_value_from_data(states, controls, costs, following, case.gain)
    except SingularMatrixError:
        return
    raise AssertionError(f"the data excite everything: {case}")
