"""To first order the surrogate is the performance; to second it is not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, one_policy, two_policies
from ...reference.arithmetic import Array, Scalar, convert, exact, solve, sqrt
from ...reference.performance_difference import expected_advantage
from ...reference.policy_evaluation import advantages, performance
from ...reference.surrogate import (
    mean_surrogate_advantage,
    performance_derivative,
    second_order_gap,
    softmax_directions,
    surrogate_advantage,
    surrogate_derivative,
    surrogate_gap,
    surrogate_performance,
)
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from ..performance_difference.cases import few_policies, one_state, stay_or_go
from .cases import Mixture, Tilt, mixtures, tilts


@identity("surrogate-gradient-match", cases=few_policies())
def gradients_agree_in_softmax_logits(case: OnePolicy) -> tuple[Array, Array]:
    """∇_θ L_{π_θ₀}(π_θ) = ∇_θ η(π_θ) at θ₀, for the softmax of a table: by ρ and A, and by dual numbers."""
    mdp, policy = case.mdp, case.policy
    directions = softmax_directions(mdp, policy).reshape(-1, mdp.states, mdp.actions)
    surrogate = [surrogate_derivative(mdp, policy, direction) for direction in directions]
    return np.array(surrogate), np.array([performance_derivative(mdp, policy, direction) for direction in directions])


@identity("surrogate-gradient-match", cases=two_policies())
def slopes_agree_along_mixtures(case: TwoPolicies) -> tuple[Array, Array]:
    """d/dα η((1−α)π + απ̃) = Σ_s ρ_π(s) Ā(s) at α = 0, whatever the supports."""
    slope = performance_derivative(case.mdp, case.old, case.new - case.old)
    return surrogate_derivative(case.mdp, case.old, case.new - case.old), slope


@identity("surrogate-003-gradient-scale", "surrogate-taylor-000", cases=two_policies())
def averaged_surrogate_has_a_smaller_slope(case: TwoPolicies) -> tuple[Array, Array]:
    """E_{s ~ d_π, a ~ π̃} A_π = (1−γ) dη/dα exactly, since it is affine in π̃: the slope is 1−γ of that of η."""
    slope = performance_derivative(case.mdp, case.old, case.new - case.old)
    return mean_surrogate_advantage(case.mdp, case.old, case.new), (1 - case.mdp.discount) * slope


@counterexample("surrogate-003-gradient-scale")
def averaged_surrogate_has_half_the_gradient() -> Counterexample:
    """One state, γ = 1/2: the derivative by the first logit is 1/4 for E[ratio A], 1/2 for C."""
    mdp, policy = one_state([1, 0], "1/2"), exact([["1/2", "1/2"]])
    direction = softmax_directions(mdp, policy)[0, 0]
    scale = 1 - mdp.discount
    return Counterexample(
        "one state, γ = 1/2, π = (1/2, 1/2), r = (1, 0), the first logit",
        ("∇ E_{d, π}[ratio · A]", scale * surrogate_derivative(mdp, policy, direction)),
        "≠",
        ("∇ C", performance_derivative(mdp, policy, direction)),
    )


@counterexample("surrogate-taylor-000")
def taylor_term_without_its_factor() -> Counterexample:
    """One state, γ = 1/2: moving to the better action, E_d E_π A is 1/2, and ∇J·(π − π_t) is 1."""
    mdp, old, new = one_state([1, 0], "1/2"), exact([["1/2", "1/2"]]), exact([[1, 0]])
    return Counterexample(
        "one state, γ = 1/2, r = (1, 0), from (1/2, 1/2) to (1, 0), π its own parameter",
        ("0 + ∇J·(θ − θ_t)", performance_derivative(mdp, old, new - old)),
        "≠",
        ("E_{d} E_{π_θ} A", mean_surrogate_advantage(mdp, old, new)),
    )


@inequality("surrogate-taylor-000", cases=tilts())
def taylor_remainder_in_softmax_logits(case: Tilt) -> tuple[Array, Array]:
    """|E_{d,π_{θ+v}} A − (1−γ) ∇J·v| ≤ (12√3)⁻¹ Σ_s d(s) (maxₐ A − minₐ A)(maxₐ v − minₐ v)².

    Along θ + tv the second derivative at a state is Cov(A, (v − E v)²), and no law of two numbers in [0, 1] gives
    a covariance of more than 1/(6√3).
    """
    mdp, old, gain = case.mdp, case.old, advantages(case.mdp, case.old)
    tilt = old * (case.change - (old * case.change).sum(axis=-1, keepdims=True))
    predicted = (1 - mdp.discount) * performance_derivative(mdp, old, tilt)
    where = visitation(mdp, old)
    found = where @ (case.new * gain).sum(axis=-1)
    return abs(found - predicted), where @ (_span(gain) * _span(case.change) ** 2) / (12 * sqrt(exact(3)))


@tight("surrogate-taylor-000", of=taylor_remainder_in_softmax_logits, reaches="999/1000")
def two_actions_of_skewed_odds() -> Iterator[Tilt]:
    """The third central moment of a coin, p(1−p)(1−2p), is largest at p = (3−√3)/6 ≈ 541/2560."""
    mdp = one_state([1, 0], "1/2")
    for change in ("1/8", "1/1024"):
        yield Tilt(mdp, exact([["541/2560", "2019/2560"]]), exact([[change, 0]]))


@identity("surrogate-taylor-000", cases=one_policy())
def trust_region_step_ignores_the_factor(case: OnePolicy) -> tuple[Array, Array]:
    """√(2δ/(gᵀF⁻¹g)) F⁻¹g is the same for g and (1−γ)g: a fixed δ forgives the missing factor."""
    mdp = case.mdp
    gradient = advantages(mdp, case.policy).reshape(-1)
    fisher = _damped_fisher(mdp.states * mdp.actions, case)
    return _step(fisher, gradient), _step(fisher, (1 - mdp.discount) * gradient)


@identity("surrogate-ignore-density-change", cases=two_policies())
def the_gap_is_a_product_of_two_changes(case: TwoPolicies) -> tuple[Array, Array]:
    """η(π̃) − L_π(π̃) = Σ_s (ρ_π̃(s) − ρ_π(s)) Ā(s) = γ ρ_πᵀ (P_π̃ − P_π)(V_π̃ − V_π)."""
    mdp, old, new = case.mdp, case.old, case.new
    gap = performance(mdp, new) - surrogate_performance(mdp, old, new)
    return gap, np.array([surrogate_gap(mdp, old, new), second_order_gap(mdp, old, new)])


@counterexample("surrogate-ignore-density-change")
def a_change_of_density_that_matters() -> Counterexample:
    """Half a step promises 1 and brings 1/3: what is lost is the change of the states."""
    case = stay_or_go("1/2", "1/2")
    return Counterexample(
        "stay or go, γ = 1/2, half a step, η(old) = 0",
        ("L_old(new)", surrogate_performance(case.mdp, case.old, case.new)),
        ">",
        ("η(new)", performance(case.mdp, case.new)),
    )


@inequality("surrogate-small-step", "surrogate-ignore-density-change", cases=mixtures())
def the_gap_is_of_second_order(case: Mixture) -> tuple[Array, Array]:
    """|η(π_α) − η(π) − α dη/dα| ≤ 2γ α² max|Ā|/(1−γ)² for π_α = (1−α)π + απ̃.

    So every α < (1−γ)² dη/dα / (2γ max|Ā|) raises η where the slope is positive.
    """
    mdp, old = case.mdp, case.old
    slope = performance_derivative(mdp, old, case.new - old)
    gap = performance(mdp, case.mixed) - performance(mdp, old) - case.step * slope
    largest = np.max(abs(expected_advantage(mdp, old, case.new)))
    return abs(gap), 2 * mdp.discount * case.step**2 * largest / (1 - mdp.discount) ** 2


@tight("surrogate-small-step", of=the_gap_is_of_second_order, reaches="999/1000")
def a_small_step_into_a_trap() -> Iterator[Mixture]:
    """Stay or go: the ratio is (1−γ)/(1−γ+γα), and tends to 1 with α → 0."""
    for gamma, step in (("1/2", "1/8"), ("1/2", "1/1048576"), ("127/128", "1/1048576")):
        case = stay_or_go(gamma, 1)
        yield Mixture(case.mdp, case.old, case.new, exact(step).item())


@fact("surrogate-small-step", cases=mixtures())
def some_small_step_improves(case: Mixture) -> Scalar | None:
    """Where the slope is positive, half the step that the bound allows raises η; returns what it gained."""
    mdp, old, new = case.mdp, case.old, case.new
    slope = surrogate_advantage(mdp, old, new)
    if not slope > 0:
        return None
    largest = np.max(abs(expected_advantage(mdp, old, new)))
    step = min((1 - mdp.discount) ** 2 * slope / (4 * largest), mdp.discount**0)
    gained = performance(mdp, (1 - step) * old + step * new) - performance(mdp, old)
    assert gained > 0, f"a step of {step} along a slope of {slope} gains {gained}: {case}"
    return gained


@counterexample("surrogate-small-step")
def no_step_size_is_small_enough_for_all() -> Counterexample:
    """The full step raises L by 4 and lowers η by 2."""
    case = stay_or_go("3/4", 1)
    assert surrogate_advantage(case.mdp, case.old, case.new) == 4
    return Counterexample(
        "stay or go, γ = 3/4, the full step: L rises from 0 to 4",
        ("η(new)", performance(case.mdp, case.new)),
        "<",
        ("η(old)", performance(case.mdp, case.old)),
    )


def _span(table: Array) -> Array:
    return np.asarray(np.maximum.reduce(table, axis=-1) - np.minimum.reduce(table, axis=-1))


def _damped_fisher(size: int, case: OnePolicy) -> Array:
    """The Fisher matrix of a softmax table plus the identity: positive definite."""
    mdp = case.mdp
    blocks = softmax_directions(mdp, case.policy).reshape(size, size)
    weights = np.repeat(visitation(mdp, case.policy), mdp.actions)
    return np.asarray(weights[:, None] * blocks + convert(np.eye(size, dtype=int), mdp.arithmetic))


def _step(fisher: Array, gradient: Array) -> Array:
    direction = solve(fisher, gradient)
    square = gradient @ direction
    if square == 0:
        return np.asarray(0 * gradient)
    return np.asarray(sqrt(exact("1/50") / square) * direction)
