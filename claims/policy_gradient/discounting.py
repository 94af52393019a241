"""Leaving out the factor γᵗ: the usual implementation, and what it is not the gradient of."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array, convert, exact
from ...reference.dual import dual, solve, tangent, value
from ...reference.policy_gradient import performance_gradient, softmax_jacobian
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample
from .cases import process


@counterexample("pg-undiscounted-approx", "discount-mismatch")
def undiscounted_form_points_down() -> Counterexample:
    """E Σ_t ∇log π_t A and ∇J can have opposite signs; here per unit of the common probability of a₁."""
    end = [[0, 0, 1], [0, 0, 1]]
    mdp = process([[[0, 1, 0], [0, 1, 0]], end, end], [[0, 1], [0, "-3/2"], [0, 0]], "1/2")
    policy, direction = exact([["1/2", "1/2"]] * 3), exact([[-1, 1]] * 3)
    field = value(_undiscounted_field(mdp, policy))
    return Counterexample(
        "s₀ → s₁ → end, r(s₀, a₁) = 1, r(s₁, a₁) = −3/2, others 0, one probability p of a₁, γ = 1/2",
        ("E Σ_t ∇log π_t A", (field / policy * direction).sum()),
        "<",
        ("dJ/dp", performance_gradient(mdp, policy, direction[..., None]).item()),
    )


@counterexample("discount-mismatch")
def undiscounted_form_is_no_gradient() -> Counterexample:
    """A gradient has a symmetric Jacobian; that of f = E Σ_t ∇log π_t A is off by the factor γ."""
    mdp = process(
        [[[0, 0, 1], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]], [[0, 0, 1], [0, 0, 1]]], [[1, 0], [-1, 3], [0, 0]], "1/2"
    )
    policy = exact([["1/2", "1/2"]] * 3)
    jacobian = softmax_jacobian(policy, exact([[[0], [1]]] * 3))[..., 0]

    def derivative(state: int) -> Array:
        direction = 0 * jacobian
        direction[state] = jacobian[state]
        return tangent(_undiscounted_field(mdp, dual(policy, direction))[:, 1])

    return Counterexample(
        "s₀: a₀ ends with r = 1, a₁ → s₁; s₁: both end, with r = −1 and r = 3; a logit in each, π = 1/2, γ = 1/2",
        ("∂f₀/∂θ₁", derivative(1)[0]),
        "≠",
        ("∂f₁/∂θ₀", derivative(0)[1]),
    )


def _undiscounted_field(mdp: TabularMDP, policy: Array) -> Array:
    """Σ_t P(s_t = s) π(a|s) A(s, a), ``[S, A]``, for an end state of reward 0 that is reached in S − 1 steps.

    It is the component of E Σ_t ∇log π_t A along a logit of every state and action; π may be an array of duals.
    """
    transition = (policy[..., None] * mdp.transition).sum(axis=1)
    identity = convert(np.eye(mdp.states, dtype=int), mdp.arithmetic)
    values = solve(identity - mdp.discount * transition, (policy * mdp.reward).sum(axis=1))
    occupancy = here = mdp.initial
    for _ in range(mdp.states - 2):
        here = here @ transition
        occupancy = occupancy + here
    gain = mdp.reward + mdp.discount * mdp.transition @ values - values[:, None]
    return np.asarray(occupancy[:, None] * policy * gain)
