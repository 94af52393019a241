"""A natural gradient step of a tabular softmax is multiplicative weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, log, sqrt
from ...reference.fisher import softmax_fisher
from ...reference.kl import categorical_kl
from ...reference.natural_gradient import (
    argmax_on_ellipsoid,
    log_normaliser,
    minimum_norm_solution,
    natural_policy_gradient_update,
    softmax_natural_gradient,
    softmax_policy_gradient,
    squared_step_length,
    tilted_policy,
)
from ...reference.policy_evaluation import advantages
from ...reference.softmax import softmax
from ...reference.visitation import visitation
from ..evidence import identity
from .cases import Ascent, ascents


@identity("npg-softmax-closed-form", cases=one_policy(max_states=3))
def pseudo_inverse_gives_the_advantage(case: OnePolicy) -> tuple[Array, Array]:
    """F⁺∇J = A^π/(1−γ) less its mean over the actions of each visited state that π takes."""
    weights, gradient = visitation(case.mdp, case.policy), softmax_policy_gradient(case.mdp, case.policy)
    dense = minimum_norm_solution(softmax_fisher(weights, case.policy), gradient.ravel()).reshape(gradient.shape)
    support = (weights > 0)[:, None] & (case.policy > 0)
    scaled = np.where(support, advantages(case.mdp, case.policy) / (1 - case.mdp.discount), 0 * gradient)
    mean = scaled.sum(axis=-1, keepdims=True) / np.maximum(support.sum(axis=-1, keepdims=True), 1)
    expected = np.where(support, scaled - mean, 0 * gradient)
    closed = softmax_natural_gradient(weights, case.policy, gradient)
    return np.stack([dense, closed]), np.stack([expected, expected])


@identity("npg-algorithm", "npg-softmax-closed-form", cases=ascents(max_states=2))
def one_iteration_is_multiplicative_weights(case: Ascent) -> tuple[Array, Array]:
    """θ + √(δ/gᵀF⁺g) F⁺g with exact g and F is π exp(ηA/(1−γ))/Z at every visited state, and stays put elsewhere."""
    weights, gradient = visitation(case.mdp, case.policy), softmax_policy_gradient(case.mdp, case.policy)
    fisher = softmax_fisher(weights, case.policy)
    change = argmax_on_ellipsoid(fisher, gradient.ravel(), case.step, half=False).reshape(gradient.shape)
    iterated = softmax(log(case.policy) + change)
    direction = softmax_natural_gradient(weights, case.policy, gradient)
    squared = squared_step_length(gradient, direction, case.step, half=False)
    updated = natural_policy_gradient_update(case.mdp, case.policy, sqrt(np.asarray(squared)).item())
    return iterated, np.where((weights > 0)[:, None], updated, case.policy)


@identity("pmd-three-point", cases=ascents(max_states=2))
def step_is_a_symmetrised_divergence(case: Ascent) -> tuple[Array, Array]:
    """(η/(1−γ)) ⟨π⁺ − π, A^π⟩ = KL(π⁺ ‖ π) + KL(π ‖ π⁺) at every state."""
    scaled = case.step / (1 - case.mdp.discount) * advantages(case.mdp, case.policy)
    new = tilted_policy(case.policy, scaled)
    return (
        ((new - case.policy) * scaled).sum(axis=-1),
        categorical_kl(new, case.policy) + categorical_kl(case.policy, new),
    )


@identity("pmd-three-point", cases=ascents(max_states=2))
def three_points(case: Ascent) -> tuple[Array, Array]:
    """η'⟨p, A⟩ − KL(p ‖ π) = η'⟨π⁺, A⟩ − KL(π⁺ ‖ π) − KL(p ‖ π⁺) for every policy p, η' = η/(1−γ)."""
    scaled = case.step / (1 - case.mdp.discount) * advantages(case.mdp, case.policy)
    new = tilted_policy(case.policy, scaled)
    left = (case.other * scaled).sum(axis=-1) - categorical_kl(case.other, case.policy)
    best = (new * scaled).sum(axis=-1) - categorical_kl(new, case.policy)
    return left, best - categorical_kl(case.other, new)


@identity("npg-softmax-closed-form", cases=ascents(max_states=2))
def best_response_to_an_entropic_price(case: Ascent) -> tuple[Array, Array]:
    """⟨π⁺, ηA/(1−γ)⟩ − KL(π⁺ ‖ π) = log Z (Gibbs)."""
    scaled: Any = case.step / (1 - case.mdp.discount) * advantages(case.mdp, case.policy)
    new = tilted_policy(case.policy, scaled)
    return (new * scaled).sum(axis=-1) - categorical_kl(new, case.policy), log_normaliser(case.policy, scaled)
