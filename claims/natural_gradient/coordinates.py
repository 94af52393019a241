"""Compatible features and coordinates: the natural gradient is a regression, and does not see how θ is written."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact
from ...reference.fisher import fisher_information, log_linear_scores, softmax_scores
from ...reference.natural_gradient import (
    compatible_loss,
    compatible_weights,
    minimum_norm_solution,
    softmax_natural_gradient,
    softmax_policy_gradient,
)
from ...reference.policy_evaluation import advantages
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, identity
from ..fisher.cases import LogLinear, log_linear
from .cases import TwoCoordinates, two_coordinates


@identity("compatible-fa", cases=log_linear())
def excess_loss_is_the_quadratic_form(case: LogLinear) -> tuple[Any, Any]:
    """E(wᵀ∇log π − A)² = E(w*ᵀ∇log π − A)² + (w − w*)ᵀF(w − w*) for every w: w* is a minimiser."""
    scores = log_linear_scores(case.policy, case.features)
    problem = (case.weights, case.policy, scores, case.values)
    best, fisher = compatible_weights(*problem), fisher_information(case.weights, case.policy, scores)
    away = case.direction - best
    return compatible_loss(*problem, case.direction), compatible_loss(*problem, best) + away @ fisher @ away


@identity("compatible-fa", cases=one_policy(max_states=3))
def regression_on_scores_is_the_natural_gradient(case: OnePolicy) -> tuple[Array, Array]:
    """F w*/(1−γ) = ∇J and w*/(1−γ) = F⁺∇J, w* of least length."""
    weights, scores = visitation(case.mdp, case.policy), softmax_scores(case.policy)
    best = compatible_weights(weights, case.policy, scores, advantages(case.mdp, case.policy))
    gradient, rate = softmax_policy_gradient(case.mdp, case.policy), 1 - case.mdp.discount
    natural = softmax_natural_gradient(weights, case.policy, gradient)
    fisher = fisher_information(weights, case.policy, scores)
    return np.stack([fisher @ best, best]) / rate, np.stack([gradient.ravel(), natural.ravel()])


def _natural_gradient(case: LogLinear, features: Array) -> tuple[Array, Any]:
    """The natural gradient in the coordinates of some features, and gᵀF⁺g."""
    scores = log_linear_scores(case.policy, features)
    mass = case.weights[:, None] * case.policy
    gradient = ((mass * case.values)[..., None] * scores).sum(axis=(0, 1))
    direction = minimum_norm_solution(fisher_information(case.weights, case.policy, scores), gradient)
    return direction, gradient @ direction


@identity("npg-reparam-invariance", cases=two_coordinates())
def coordinates_do_not_change_the_policy_update(case: TwoCoordinates) -> tuple[Array, Array]:
    """θ = Tφ: Tᵀφ-features give scores·Δ_φ = scores·Δ_θ wherever w(s)π(a|s) > 0, and the same gᵀF⁺g; F may be singular.

    The update of a log-linear policy depends on its parameters through the change of log π alone.
    """
    policy = case.policy
    there, old_slope = _natural_gradient(policy, policy.features)
    here, new_slope = _natural_gradient(policy, policy.features @ case.change)
    seen = policy.weights[:, None] * policy.policy > 0
    scores = log_linear_scores(policy.policy, policy.features)[seen]
    return np.append(scores @ (case.change @ here), new_slope), np.append(scores @ there, old_slope)


@counterexample("npg-reparam-invariance")
def shortest_parameters_do_depend_on_coordinates() -> Counterexample:
    """With singular F, "shortest" means something else in other coordinates: F > 0 is needed for θ itself to agree."""
    half, features = exact([["1/2", "1/2"]]), exact([[[1, 0], [0, 1]]])
    case = LogLinear(exact([1]), half, features, exact([0, 0]), exact([[1, 0]]))
    change = exact([[1, 0], [0, 2]])
    here, there = _natural_gradient(case, features @ change)[0], _natural_gradient(case, features)[0]
    return Counterexample(
        "a fair coin with one logit an action, r = (1, 0), T = diag(1, 2)",
        ("first entry of T F_φ⁺ g_φ", (change @ here)[0]),
        "≠",
        ("first entry of F⁺g", there[0]),
    )
