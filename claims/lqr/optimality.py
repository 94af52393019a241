"""No controller does better than the Riccati gain, and the gradient tells how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, exact
from ...reference.lqr import (
    InvalidRegulatorError,
    controls_cost,
    cost,
    cost_difference,
    gauss_newton_gap_bound,
    gradient_gap_bound,
    natural_gradient_gap_bound,
    riccati_map,
    value_matrix,
)
from ..evidence import fact, identity, inequality, tight
from .cases import Controlled, Solved, TwoGains, controlled, scalar, solved, two_gains


@identity("lqr-linear-optimal", cases=solved())
def riccati_is_the_value_of_its_gain(case: Solved) -> tuple[Array, Array]:
    """P* = Q + AᵀP*A − AᵀP*B(R+BᵀP*B)⁻¹BᵀP*A is P_{K*}."""
    P = value_matrix(case.regulator, case.optimal)
    return np.stack([P, P]), np.stack([riccati_map(case.regulator, P), case.value])


def followed(case: Controlled) -> tuple[Any, Any, Any]:
    """What some controls cost, with xᵀP*x for the state that they leave; x₀ᵀP*x₀; and the squares they waste."""
    spent, states = controls_cost(case.regulator, case.first, case.controls)
    bent = case.regulator.R + case.B.T @ case.value @ case.B
    deviations = case.controls + states[:-1] @ case.optimal.T
    wasted = ((deviations @ bent) * deviations).sum()
    return spent + states[-1] @ case.value @ states[-1], case.first @ case.value @ case.first, wasted


@identity("lqr-linear-optimal", cases=controlled())
def what_any_controls_cost(case: Controlled) -> tuple[Any, Any]:
    """Σ_{t<T} xᵀQx + uᵀRu + x_TᵀP*x_T = x₀ᵀP*x₀ + Σ_{t<T} (u+K*x)ᵀ(R+BᵀP*B)(u+K*x).

    The u_t are any numbers, hence those of any controller, nonlinear or with a memory. With Q ≻ 0 a finite cost
    drives x_T to 0, so no controller costs less than x₀ᵀP*x₀.
    """
    spent, best, wasted = followed(case)
    return spent, best + wasted


@inequality("lqr-linear-optimal", cases=controlled())
def no_controls_cost_less(case: Controlled) -> tuple[Any, Any]:
    """x₀ᵀP*x₀ ≤ Σ_{t<T} xᵀQx + uᵀRu + x_TᵀP*x_T."""
    spent, best, _ = followed(case)
    return best, spent


@tight("lqr-linear-optimal", of=no_controls_cost_less, reaches=1)
def linear_feedback() -> Iterator[Controlled]:
    """Controls u = −K*x from x₀ = 1: a = b = r = 1 and q = 1/2 have P* = 1, K* = 1/2."""
    case = scalar(a=1, b=1, q="1/2", r=1, k="1/2")
    one, half = exact(1).item(), exact("1/2").item()
    yield Controlled(
        **vars(case),
        value=exact([[1]]),
        optimal=case.gain,
        first=exact([1]),
        controls=np.array([[-half * one], [-half * half], [-half * half * half]]),
    )


@inequality("lqr-linear-optimal", cases=solved())
def no_gain_costs_less(case: Solved) -> tuple[Any, Any]:
    """C(K*) ≤ C(K)."""
    return cost(case.regulator, case.optimal), cost(case.regulator, case.gain)


@tight("lqr-linear-optimal", of=no_gain_costs_less, reaches="999999/1000000")
def gains_near_the_optimum() -> Iterator[Solved]:
    """K = K* + 2⁻ʲ."""
    case = scalar(a=1, b=1, q="1/2", r=1, k="1/2")
    for j in range(1, 12):
        parts = {**vars(case), "gain": case.gain + exact(1).item() / 2**j}
        yield Solved(**parts, value=exact([[1]]), optimal=case.gain)


@identity("lqr-cost-difference", cases=two_gains())
def difference_of_costs(case: TwoGains) -> tuple[Any, Any]:
    """C(K') − C(K) = tr[Σ_{K'}(ΔᵀE + EᵀΔ + Δᵀ(R+BᵀP_K B)Δ)]."""
    regulator = case.regulator
    return (
        cost(regulator, case.new_gain) - cost(regulator, case.gain),
        cost_difference(regulator, case.gain, case.new_gain),
    )


def gap(case: Solved) -> Any:
    """C(K) − C(K*)."""
    return cost(case.regulator, case.gain) - cost(case.regulator, case.optimal)


@inequality("lqr-gradient-domination", cases=solved())
def gap_within_gauss_newton(case: Solved) -> tuple[Any, Any]:
    """C(K) − C(K*) ≤ tr[Σ_{K*} Eᵀ(R+BᵀP_K B)⁻¹E]."""
    return gap(case), gauss_newton_gap_bound(case.regulator, case.gain, case.optimal)


@inequality("lqr-gradient-domination", cases=solved())
def gap_within_natural_gradient(case: Solved) -> tuple[Any, Any]:
    """C(K) − C(K*) ≤ ‖Σ_{K*}‖/σ_min(R) · tr(EᵀE)."""
    return gap(case), natural_gradient_gap_bound(case.regulator, case.gain, case.optimal)


@inequality("lqr-gradient-domination", cases=solved())
def gap_within_gradient(case: Solved) -> tuple[Any, Any]:
    """C(K) − C(K*) ≤ ‖Σ_{K*}‖/(4μ²σ_min(R)) · ‖∇C‖_F²: a quarter of what was published."""
    return gap(case), gradient_gap_bound(case.regulator, case.gain, case.optimal)


def forgetful() -> Iterator[Solved]:
    """With a = 0, K = q = 2⁻ʲ: nothing carries over, so one Gauss–Newton step is the whole way, and P ≪ R."""
    for j in range(1, 25):
        small = exact(1).item() / 2**j
        case = scalar(a=0, b=1, q=small, r=1, k=small)
        yield Solved(**vars(case), value=case.Q, optimal=exact([[0]]))


@tight("lqr-gradient-domination", of=gap_within_gauss_newton, reaches=1)
def gauss_newton_in_one_step() -> Iterator[Solved]:
    """K* is the Gauss–Newton step from K."""
    return forgetful()


@tight("lqr-gradient-domination", of=gap_within_natural_gradient, reaches="9999999/10000000")
def natural_gradient_where_curvature_is_the_cost_of_control() -> Iterator[Solved]:
    """The ratio is r/(r + b²p), and p → 0."""
    return forgetful()


@tight("lqr-gradient-domination", of=gap_within_gradient, reaches="9999999/10000000")
def gradient_where_states_are_gone_at_once() -> Iterator[Solved]:
    """The same, and Σ_K = Σ₀/(1 − b²k²) → Σ₀."""
    return forgetful()


@fact("lqr-gradient-domination")
def a_direction_without_gradient() -> None:
    """Σ₀ ≻ 0 is needed: with Σ₀ = 0 every gradient is 0, and the bound is refused."""
    case = scalar(a=1, b=1, q="1/2", r=1, k=1, second_moment=0)
    try:
        gradient_gap_bound(case.regulator, case.gain, exact([["1/2"]]))
    except InvalidRegulatorError:
        return
    raise AssertionError("a singular second moment was accepted")
