"""The mean of the evolution-strategies estimator, exact for polynomial costs."""

from __future__ import annotations

from math import prod

import numpy as np

from ...reference.arithmetic import Array, exact
from ...reference.dual import gradient
from ...reference.zeroth_order import (
    antithetic_mean,
    estimator_mean,
    gaussian_expectation,
    heat_series_gradient,
    normal_moment,
    polynomial_gradient,
    recentred,
    smoothed_cost,
    value,
)
from ..evidence import Counterexample, counterexample, identity
from .cases import Smoothing, smoothings


def smoothing_bound(case: Smoothing) -> Array:
    """128 d u E[|C|(|K| + σε)ε]/σ: twice the 64 d roundings on the longest path through d axes of at most 7 terms.

    |C| has the absolute coefficients; odd moments are exactly 0, so the mean itself on absolute values is the sum of
    all terms that are added.
    """
    magnitude = estimator_mean(np.abs(case.coefficients), np.abs(case.point), sigma=case.sigma)
    return np.asarray(128.0 * case.coefficients.ndim * 2.0**-53 * magnitude)


@identity("zo-estimator", cases=smoothings(), bound=smoothing_bound)
def estimator_mean_is_derivative_of_smoothed_cost(case: Smoothing) -> tuple[Array, Array]:
    """E[C(K + σε)ε]/σ = ∇C_σ(K), the right-hand side by dual numbers through E C(K + σε)."""
    derivative = gradient(lambda point: smoothed_cost(case.coefficients, point, sigma=case.sigma), case.point)
    return estimator_mean(case.coefficients, case.point, sigma=case.sigma), derivative


@identity("zo-estimator", cases=smoothings(), bound=smoothing_bound)
def bias_is_the_heat_series(case: Smoothing) -> tuple[Array, Array]:
    """E[C(K + σε)ε]/σ = ∇C + (σ²/2)∇ΔC + (σ⁴/8)∇Δ²C + …, a finite sum for polynomials."""
    mean = estimator_mean(case.coefficients, case.point, sigma=case.sigma)
    return mean, heat_series_gradient(case.coefficients, case.point, sigma=case.sigma)


@counterexample("zo-estimator")
def bias_for_a_cubic() -> Counterexample:
    """The estimator is not ∇C but ∇C_σ: for z³ it is off by 3σ², and can have the wrong sign."""
    cost, point = exact([0, -1, 0, 1]), exact(["1/2"])
    return Counterexample(
        "C(z) = z³ − z at z = 1/2, σ = 1",
        ("E[C(K + ε)ε]", estimator_mean(cost, point, sigma=exact(1).item()).item()),
        ">",
        ("C'(K)", polynomial_gradient(cost, point).item()),
    )


@identity("zo-shift-invariance", cases=smoothings(), bound=smoothing_bound)
def shift_leaves_the_mean(case: Smoothing) -> tuple[Array, Array]:
    """E[(C(K + σε) − C(K))ε] = E[C(K + σε)ε]."""
    shift = value(case.coefficients, case.point)
    shifted = estimator_mean(case.coefficients, case.point, sigma=case.sigma, shift=shift)
    return shifted, estimator_mean(case.coefficients, case.point, sigma=case.sigma)


@identity("zo-rescaling", cases=smoothings())
def size_in_the_law_or_in_the_argument(case: Smoothing) -> tuple[Array, Array]:
    """σ⁻² E_{ε~N(0,σ²I)}[C(K + ε)ε] = σ⁻¹ E_{ε~N(0,I)}[C(K + σε)ε], the left by the moments σⁿ(n−1)!! of N(0, σ²I)."""
    around = recentred(case.coefficients, case.point, scale=exact(1).item())
    total = 0 * case.point
    for index in np.ndindex(around.shape):
        for axis in range(around.ndim):
            powers = [power + (axis == other) for other, power in enumerate(index)]
            moment = prod(normal_moment(power) for power in powers)
            total[axis] = total[axis] + around[index] * moment * case.sigma ** sum(powers)
    return total / case.sigma**2, estimator_mean(case.coefficients, case.point, sigma=case.sigma)


@identity("zo-limit", cases=smoothings())
def limit_of_the_difference_quotient(case: Smoothing) -> tuple[Array, Array]:
    """E[lim_{σ→0} (C(K + σε) − C(K))/σ ε] = ∇C(K): the limit is the part of C(K + ε) that is linear in ε."""
    around = recentred(case.coefficients, case.point, scale=exact(1).item())
    limits = []
    for axis in range(around.ndim):
        linear = np.full((3,) * around.ndim, exact(0).item())
        for other in range(around.ndim):
            unit = [int(k == other) for k in range(around.ndim)]
            times = tuple(power + (k == axis) for k, power in enumerate(unit))
            linear[times] = around[tuple(unit)]
        limits.append(gaussian_expectation(linear))
    derivative = gradient(lambda point: value(case.coefficients, point), case.point)
    return np.array(limits), derivative


@counterexample("zo-limit")
def perturbations_of_another_variance() -> Counterexample:
    """With E εεᵀ = I/3, as for ε uniform on [−1, 1]ᵈ, the mean is ∇C/3."""
    slope, variance = exact(1).item(), exact("1/3").item()
    return Counterexample(
        "C(z) = z, ε uniform on [−1, 1]",
        ("E[lim (C(K + σε) − C(K))/σ ε]", slope * variance),
        "≠",
        ("C'(K)", polynomial_gradient(exact([0, 1]), exact([0])).item()),
    )


@identity("zo-finite-difference", cases=smoothings(), bound=smoothing_bound)
def antithetic_pairs_have_the_same_mean(case: Smoothing) -> tuple[Array, Array]:
    """E[(C(K + σε) − C(K − σε))ε]/2σ = E[C(K + σε)ε]/σ: a central difference along a random direction."""
    pair = antithetic_mean(case.coefficients, case.point, sigma=case.sigma)
    return pair, estimator_mean(case.coefficients, case.point, sigma=case.sigma)


@identity("zo-finite-difference", cases=smoothings())
def antithetic_pair_of_a_quadratic(case: Smoothing) -> tuple[Array, Array]:
    """(C(K + σε) − C(K − σε))/2σ = ∇C(K)ᵀε for every ε if C is quadratic: no error, whatever σ; here ε = (1, 2, …)."""
    quadratic = case.coefficients.copy()
    for index in np.ndindex(quadratic.shape):
        if sum(index) > 2:
            quadratic[index] = exact(0).item()
    direction = exact(np.arange(1, quadratic.ndim + 1))
    step = case.sigma * direction
    ahead, behind = value(quadratic, case.point + step), value(quadratic, case.point - step)
    derivative = polynomial_gradient(quadratic, case.point) @ direction
    return np.asarray((ahead - behind) / (2 * case.sigma)), np.asarray(derivative)
