"""The Fisher information is a mean outer product: positive semi-definite, bounded, and under one state distribution."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact
from ...reference.fisher import (
    fisher_information,
    softmax_fisher,
    softmax_fisher_vector_product,
    softmax_scores,
)
from ...reference.policy_evaluation import policy_transition
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Directions, directions


@identity("fisher-outer-product", cases=directions())
def outer_products_average_to_the_block_form(case: Directions) -> tuple[Array, Array]:
    """E_{s~w, a~π}[∇log π ∇log πᵀ] = block diag_s w(s) (diag π_s − π_s π_sᵀ)."""
    scores = softmax_scores(case.policy)
    return fisher_information(case.weights, case.policy, scores), softmax_fisher(case.weights, case.policy)


@identity("fisher-outer-product", cases=directions())
def quadratic_form_is_a_sum_of_squares(case: Directions) -> tuple[Any, Any]:
    """vᵀFv = ½ Σ_s w(s) Σ_{a,b} π(a|s) π(b|s) (v(s, a) − v(s, b))² ≥ 0."""
    gaps = case.direction[:, :, None] - case.direction[:, None, :]
    pairs = case.policy[:, :, None] * case.policy[:, None, :] * gaps**2
    squares = (case.weights * pairs.sum(axis=(1, 2))).sum() / 2
    flat = case.direction.ravel()
    return flat @ softmax_fisher(case.weights, case.policy) @ flat, squares


@inequality("fisher-outer-product", cases=directions())
def curvature_is_at_most_a_half(case: Directions) -> tuple[Any, Any]:
    """vᵀFv ≤ ½ max_s w(s) vᵀv."""
    product = softmax_fisher_vector_product(case.weights, case.policy, case.direction)
    return (case.direction * product).sum(), np.maximum.reduce(case.weights) / 2 * (case.direction**2).sum()


@tight("fisher-outer-product", of=curvature_is_at_most_a_half, reaches=1)
def fair_coin() -> Iterator[Directions]:
    """π = (1/2, 1/2), v = (1, −1): vᵀFv = 1 = ½vᵀv."""
    yield Directions(exact([1]), exact([["1/2", "1/2"]]), exact([[1, -1]]))


@identity("fisher-outer-product", "fisher-003-index", cases=one_policy(max_states=3))
def discounted_average_over_time(case: OnePolicy) -> tuple[Array, Array]:
    """F_d = (1−γ) Σ_{h<3} γʰ F_{Pₕ} + γ³ F_{d from P₃}, Pₕ the law of sₕ: d weighs all times, none by itself."""
    mdp, gamma, law = case.mdp, case.mdp.discount, case.mdp.initial
    step, total = policy_transition(mdp, case.policy), 0
    for h in range(3):
        total = total + (1 - gamma) * gamma**h * softmax_fisher(law, case.policy)
        law = law @ step
    later = visitation(TabularMDP(mdp.transition, mdp.reward, law, gamma), case.policy)
    scores = softmax_scores(case.policy)
    return (
        fisher_information(visitation(mdp, case.policy), case.policy, scores),
        total + gamma**3 * fisher_information(later, case.policy, scores),
    )


@counterexample("fisher-003-index")
def one_moment_is_not_all() -> Counterexample:
    """The bound index k of xₖ says nothing of how times are weighed; k = 0 alone never sees the second state."""
    both = exact([["1/2", "1/2"], ["1/2", "1/2"]])
    onwards = exact([[[0, 1], [0, 1]], [[0, 1], [0, 1]]])
    mdp = TabularMDP(onwards, exact([[0, 0], [0, 0]]), exact([1, 0]), exact("1/2").item())
    return Counterexample(
        "s₀ → s₁ absorbing, both actions equally likely, γ = 1/2",
        ("entry of (s₁, a₀) under the law of x₀", softmax_fisher(mdp.initial, both)[2, 2]),
        "≠",
        ("the same under d", softmax_fisher(visitation(mdp, both), both)[2, 2]),
    )
