"""Noise that never ends costs without end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ...reference.arithmetic import exact
from ...reference.lqr import (
    closed_loop,
    cost,
    noisy_average_cost,
    noisy_discounted_cost,
    noisy_partial_cost,
    value_matrix,
)
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Regulated, regulated, scalar

VARIANCE, DISCOUNT = exact("3/4").item(), exact("7/8").item()
HORIZONS = (0, 1, 2, 5)


def noisy_moment(case: Regulated, steps: int) -> Any:
    """E[x_T x_Tᵀ] under u = −Kx + w."""
    F, moment = closed_loop(case.regulator, case.gain), case.second_moment
    for _ in range(steps):
        moment = F @ moment @ F.T + VARIANCE * case.B @ case.B.T
    return moment


@identity("lqr-gaussian-policy-cost", cases=regulated())
def cost_of_exploring(case: Regulated) -> tuple[Any, Any]:
    """C_T = T σ tr(R + BᵀP_K B) + tr(P_K(Σ₀ − Σ_T)): linear in T, so infinite in the limit, average finite."""
    P, average = value_matrix(case.regulator, case.gain), noisy_average_cost(case.regulator, case.gain, VARIANCE)
    left = [noisy_partial_cost(case.regulator, case.gain, VARIANCE, T) for T in HORIZONS]
    right = [T * average + (P * (case.second_moment - noisy_moment(case, T))).sum() for T in HORIZONS]
    return np.array(left), np.array(right)


@identity("lqr-gaussian-policy-cost", cases=regulated(max_states=2))
def discounted_cost_of_exploring(case: Regulated) -> tuple[Any, Any]:
    """tr(P_γΣ₀) + σ/(1−γ)[tr R + γ tr(BᵀP_γB)] = C_{γ,T} + γ^T × the same from Σ_T."""
    left = noisy_discounted_cost(case.regulator, case.gain, VARIANCE, DISCOUNT)
    right = []
    for T in HORIZONS:
        later = replace(case, second_moment=noisy_moment(case, T))
        partial = noisy_partial_cost(case.regulator, case.gain, VARIANCE, T, discount=DISCOUNT)
        right.append(partial + DISCOUNT**T * noisy_discounted_cost(later.regulator, case.gain, VARIANCE, DISCOUNT))
    return left, np.array(right)


@inequality("lqr-gaussian-policy-cost", cases=regulated())
def noise_has_its_price(case: Regulated) -> tuple[Any, Any]:
    """T σ tr R ≤ C_T."""
    left = [T * VARIANCE * np.trace(case.R) for T in HORIZONS]
    return np.array(left), np.array([noisy_partial_cost(case.regulator, case.gain, VARIANCE, T) for T in HORIZONS])


@tight("lqr-gaussian-policy-cost", of=noise_has_its_price, reaches=1)
def noise_that_moves_nothing() -> Iterator[Regulated]:
    """With b = 0 and x₀ = 0 only the control itself is paid for."""
    yield scalar(a="1/2", b=0, q=1, r=1, k=0, second_moment=0)


@counterexample("lqr-gaussian-policy-cost")
def a_thousand_noisy_steps() -> Counterexample:
    """The cost (13.2) that tr(PΣ₀) gives leaves out the noise: 2σ a step for ever, from the second step on."""
    case = scalar(a=0, b=1, q=1, r=1, k=0, second_moment=0)
    return Counterexample(
        "a = 0, b = q = r = 1, K = 0, x₀ = 0, u ~ N(0, 1)",
        ("tr(P_K Σ₀)", cost(case.regulator, case.gain)),
        "<",
        ("cost of 1000 steps", noisy_partial_cost(case.regulator, case.gain, exact(1).item(), 1000)),
    )
