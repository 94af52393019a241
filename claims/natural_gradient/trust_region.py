"""The argmax of a linear objective on an ellipsoid, its multiplier, and the factor ½ of the constraint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact, sqrt
from ...reference.fisher import softmax_fisher
from ...reference.natural_gradient import (
    argmax_on_ellipsoid,
    largest_increase,
    minimum_norm_solution,
    softmax_policy_gradient,
    squared_step_length,
)
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Ellipsoid, ellipsoids

PLANE = Ellipsoid(exact([[1, 2], [0, 3]]), exact([1, -2]), exact([1, -2]), exact("1/8").item())
"""A regular F, with the natural gradient itself as the other direction."""


@identity("npg-argmax", "npg-exercise", cases=ellipsoids())
def maximiser_is_active_and_attains_the_value(case: Ellipsoid) -> tuple[Any, Any]:
    """D = √(δ/gᵀF⁺g) F⁺g has dᵀFd = δ and (gᵀd)² = δ gᵀF⁺g; twice that under ½dᵀFd ≤ δ; d = 0 for g = 0."""
    direction, some = minimum_norm_solution(case.fisher, case.gradient), int(np.any(case.gradient != 0))
    curvature, slope = direction @ case.fisher @ direction, case.gradient @ direction
    whole = squared_step_length(case.gradient, direction, case.delta, half=False)
    half = squared_step_length(case.gradient, direction, case.delta)
    found = [whole * curvature, whole * slope**2, half * curvature / 2, half * slope**2]
    return np.array(found), np.array([some * case.delta, case.delta * slope, some * case.delta, 2 * case.delta * slope])


@inequality("npg-argmax", "npg-exercise", cases=ellipsoids())
def nothing_feasible_gains_more(case: Ellipsoid) -> tuple[Any, Any]:
    """(gᵀv)² ≤ (gᵀF⁺g) (vᵀFv): no v with vᵀFv ≤ δ has gᵀv above √(δ gᵀF⁺g)."""
    direction = minimum_norm_solution(case.fisher, case.gradient)
    curvature = case.direction @ case.fisher @ case.direction
    return (case.gradient @ case.direction) ** 2, (case.gradient @ direction) * curvature


@tight("npg-argmax", "npg-exercise", of=nothing_feasible_gains_more, reaches=1)
def along_the_natural_gradient() -> Iterator[Ellipsoid]:
    """V = F⁺g."""
    yield PLANE


@counterexample("npg-argmax")
def gradient_outside_the_range() -> Counterexample:
    """F = diag(1, 0), g = (1, 1): (0, t) is feasible for every t, and F⁺g is no maximiser. F > 0 was assumed."""
    fisher, gradient, far = exact([[1, 0], [0, 0]]), exact([1, 1]), exact([0, 100])
    direction = minimum_norm_solution(fisher, exact([1, 0]))
    assert far @ fisher @ far == 0
    return Counterexample(
        "F = diag(1, 0), g = (1, 1), δ = 1, Δ = (0, 100)",
        ("√(δ gᵀF⁺g)", largest_increase(gradient, direction, exact(1).item(), half=False)),
        "<",
        ("gᵀΔ, feasible", gradient @ far),
    )


@inequality("npg-lagrange", "natural-gradient-direction", cases=ellipsoids())
def lagrangian_bounds_the_value(case: Ellipsoid) -> tuple[Any, Any]:
    """gᵀv − λ (vᵀFv − δ) ≤ √(δ gᵀF⁺g) for every v, with λ = ½ √(gᵀF⁺g / δ): weak duality without a gap.

    With g = −∇C it is the minimisation of a cost, whose minimiser is −(1/2λ) F⁺∇C.
    """
    direction = minimum_norm_solution(case.fisher, case.gradient)
    multiplier = sqrt(np.asarray(case.gradient @ direction / case.delta)).item() / 2
    excess = case.direction @ case.fisher @ case.direction - case.delta
    value = largest_increase(case.gradient, direction, case.delta, half=False)
    return case.gradient @ case.direction - multiplier * excess, value


@tight("npg-lagrange", "natural-gradient-direction", of=lagrangian_bounds_the_value, reaches="999999/1000000")
def near_the_maximiser() -> Iterator[Ellipsoid]:
    """V = (1 + 2⁻¹⁰) argmax."""
    nearly = exact("1025/1024").item()
    delta = PLANE.gradient @ PLANE.solution
    yield Ellipsoid(PLANE.factor, PLANE.solution, nearly * PLANE.solution, delta)


@identity("npg-lagrange", cases=ellipsoids())
def multiplier_makes_the_step_stationary(case: Ellipsoid) -> tuple[Array, Array]:
    """θ' = θ − (1/2λ) F⁺∇C with λ² = ∇CᵀF⁺∇C / 4δ: ∇C + 2λFΔ = 0, and (1/2λ)² is the squared length of the step."""
    direction = minimum_norm_solution(case.fisher, -case.gradient)
    squared_multiplier = -case.gradient @ direction / (4 * case.delta)
    length = 1 / (4 * squared_multiplier) if squared_multiplier != 0 else 0 * case.delta
    stationary = -case.gradient - case.fisher @ direction
    expected = squared_step_length(-case.gradient, direction, case.delta, half=False)
    return np.append(stationary, length), np.append(0 * stationary, expected)


@inequality("gd-lagrange", "gd-trust-region", cases=ellipsoids())
def steepest_descent_in_a_ball(case: Ellipsoid) -> tuple[Any, Any]:
    """(∇Cᵀv)² ≤ |∇C|² |v|²: in a Euclidean ball nothing descends more than −∇C does."""
    return (case.solution @ case.direction) ** 2, (case.solution @ case.solution) * (case.direction @ case.direction)


@tight("gd-lagrange", "gd-trust-region", of=steepest_descent_in_a_ball, reaches=1)
def along_the_gradient() -> Iterator[Ellipsoid]:
    """V = −∇C."""
    yield Ellipsoid(PLANE.factor, PLANE.solution, -PLANE.solution, PLANE.delta)


@identity("gd-lagrange", "gd-trust-region", cases=ellipsoids())
def euclidean_ball_is_the_case_of_unit_curvature(case: Ellipsoid) -> tuple[Array, Array]:
    """With F = I: |Δ|² ≤ δ gives length √δ, λ² = |∇C|²/4δ; |d| ≤ δ, which is δ² for the square, gives length δ."""
    gradient = case.solution
    squared, some = gradient @ gradient, int(np.any(gradient != 0))
    by_square = squared_step_length(gradient, gradient, case.delta, half=False)
    by_norm = squared_step_length(gradient, gradient, case.delta**2, half=False)
    multiplier = squared / (4 * case.delta)
    found = [by_square * squared, by_norm * squared, 4 * by_square * multiplier]
    return np.array(found), np.array([some * case.delta, some * case.delta**2, exact(some).item()])


@identity("npg-halving-slip", cases=ellipsoids())
def conventions_differ_by_the_length_alone(case: Ellipsoid) -> tuple[Any, Any]:
    """The argmax under ½dᵀFd ≤ δ is that under dᵀFd ≤ 2δ: √2 times that under dᵀFd ≤ δ, in the same direction."""
    direction = minimum_norm_solution(case.fisher, case.gradient)
    half = squared_step_length(case.gradient, direction, case.delta)
    whole = squared_step_length(case.gradient, direction, case.delta, half=False)
    doubled = squared_step_length(case.gradient, direction, 2 * case.delta, half=False)
    return np.array([half, half]), np.array([doubled, 2 * whole])


@counterexample("npg-halving-slip")
def half_the_budget_is_left() -> Counterexample:
    """U ~ N(θ, 1) has F = 1 and KL = ½Δ²: the step that ΔᵀFΔ ≤ δ allows uses up δ/2, not δ."""
    one, delta = exact([[1]]), exact("1/4").item()
    step = argmax_on_ellipsoid(one, exact([1]), delta, half=False)
    return Counterexample(
        "F = 1, g = 1, δ = 1/4",
        ("KL = ½Δ² of the step under ΔᵀFΔ ≤ δ", (step @ step) / 2),
        "<",
        ("δ", delta),
    )


@identity("npg-scale-invariance", cases=one_policy(max_states=3))
def scale_of_the_gradient_does_not_matter(case: OnePolicy) -> tuple[Array, Array]:
    """G ↦ (1−γ) g leaves √(δ/gᵀF⁺g) F⁺g as it is; compared by signed squares, which are rational."""
    fisher = softmax_fisher(visitation(case.mdp, case.policy), case.policy)
    gradient, delta = softmax_policy_gradient(case.mdp, case.policy).ravel(), exact("1/64").item()
    sides = []
    for scaled in (gradient, (1 - case.mdp.discount) * gradient):
        direction = minimum_norm_solution(fisher, scaled)
        sides.append(squared_step_length(scaled, direction, delta, half=False) * direction * abs(direction))
    return sides[0], sides[1]
