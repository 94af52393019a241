"""The policy-gradient theorem: each published form is the derivative of the performance itself."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array, exact
from ...reference.enumeration import trajectory_expectation
from ...reference.policy_evaluation import action_values, advantages, state_values
from ...reference.policy_gradient import (
    direct_gradient,
    performance_gradient,
    policy_gradient,
    value_gradient,
    weighted_score_estimate,
)
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, identity
from .cases import Episodes, Parametrised, episodes, gradient_bound, parametrised, process


@identity("pg-normalised-form", "pg-000-missing-factor", cases=parametrised(), bound=gradient_bound)
def theorem_is_derivative_of_performance(case: Parametrised) -> tuple[Array, Array]:
    """1/(1−γ) E_{s~d} E_{a~π}[∇log π A] = ∇J, the right-hand side by dual numbers through the linear system."""
    derivative = performance_gradient(case.mdp, case.policy, case.jacobian)
    return policy_gradient(case.mdp, case.policy, case.score), derivative


@identity("pg-v2-q", cases=parametrised(), bound=gradient_bound)
def action_values_serve_as_weights(case: Parametrised) -> tuple[Array, Array]:
    """Σ_s ρ(s) Σₐ π(a|s) ∇log π(a|s) Q(s, a) = ∇J."""
    weights = direct_gradient(case.mdp, case.policy)[..., None] * case.jacobian
    return weights.sum(axis=(0, 1)), performance_gradient(case.mdp, case.policy, case.jacobian)


def _with_exact_rest(case: Episodes, weights: Array) -> tuple[Array, Array]:
    """E Σ_{t<H} γᵗ Ψ(s_t, a_t, s_{t+1}) ∇log π_t + γᴴ E ∇V(s_H) and ∇J; ``weights[S, A, S]`` is Ψ."""
    gamma, rest = case.mdp.discount, value_gradient(case.mdp, case.policy, case.jacobian)

    def estimate(states: Array, actions: Array) -> Array:
        psi = weights[states[:-1], actions, states[1:]]
        head = weighted_score_estimate(psi, case.score[states[:-1], actions], gamma=gamma)
        return np.asarray(head + gamma**case.horizon * rest[states[-1]])

    expectation = trajectory_expectation(case.mdp, case.policy, case.horizon, estimate)
    return expectation, performance_gradient(case.mdp, case.policy, case.jacobian)


@identity("pg-v2-q", cases=episodes(130))
def action_values_on_trajectories(case: Episodes) -> tuple[Array, Array]:
    """E Σ_{t<H} γᵗ Q(s_t, a_t) ∇log π_t + γᴴ E ∇V(s_H) = ∇J for every H; the rest vanishes as H → ∞."""
    weights = action_values(case.mdp, case.policy)[..., None] + 0 * case.mdp.transition
    return _with_exact_rest(case, weights)


@identity("pg-advantage", cases=episodes(130))
def advantages_on_trajectories(case: Episodes) -> tuple[Array, Array]:
    """E Σ_{t<H} γᵗ A(s_t, a_t) ∇log π_t + γᴴ E ∇V(s_H) = ∇J for every H."""
    return _with_exact_rest(case, advantages(case.mdp, case.policy)[..., None] + 0 * case.mdp.transition)


@identity("pg-td-residual", cases=episodes(130))
def td_errors_on_trajectories(case: Episodes) -> tuple[Array, Array]:
    """E Σ_{t<H} γᵗ δ_t ∇log π_t + γᴴ E ∇V(s_H) = ∇J for every H, δ_t = r_t + γV(s_{t+1}) − V(s_t) with V = V^π."""
    return _with_exact_rest(case, _td_errors(case.mdp, state_values(case.mdp, case.policy)))


@identity("pg-td-residual", cases=parametrised())
def td_error_has_advantage_as_mean(case: Parametrised) -> tuple[Array, Array]:
    """E[δ_t | s_t, a_t] = A(s_t, a_t) with V = V^π."""
    errors = _td_errors(case.mdp, state_values(case.mdp, case.policy))
    return (case.mdp.transition * errors).sum(axis=-1), advantages(case.mdp, case.policy)


@counterexample("pg-td-residual")
def td_error_of_a_wrong_critic() -> Counterexample:
    """With any other V the residual is biased: here the true gradient is 0, nothing being worth anything."""
    mdp = process([[[1, 0], [0, 1]], [[0, 1], [0, 1]]], [[0, 0], [0, 0]], "1/2")
    case = Parametrised(mdp, exact([["1/2", "1/2"], ["1/2", "1/2"]]), exact([[[0], [1]], [[0], [0]]]))
    errors = (mdp.transition * _td_errors(mdp, exact([0, 1]))).sum(axis=-1)
    visits = exact(["4/3", "2/3"])
    return Counterexample(
        "r = 0, a₀ stays in s₀, a₁ goes to s₁ for ever, π = 1/2, γ = 1/2, critic V(s₁) = 1 for V^π = 0",
        ("E Σ γᵗ δ_t ∇log π_t", ((visits[:, None] * errors)[..., None] * case.jacobian).sum()),
        "≠",
        ("dJ/dθ", performance_gradient(mdp, case.policy, case.jacobian).item()),
    )


@counterexample("pg-000-missing-factor")
def normalised_visitation_without_its_factor() -> Counterexample:
    """E_{s~d, a~π}[∇log π A] with the normalised d is (1−γ)∇J."""
    mdp = process([[[1], [1]]], [[1, 0]], "1/2")
    case = Parametrised(mdp, exact([["1/2", "1/2"]]), exact([[[1], [0]]]))
    return Counterexample(
        "one state, r = (1, 0), π = (1/2, 1/2), γ = 1/2",
        ("E_d E_π[∇log π A]", (case.jacobian * advantages(mdp, case.policy)[..., None]).sum()),
        "≠",
        ("dJ/dθ₁", performance_gradient(mdp, case.policy, case.jacobian).item()),
    )


@identity("gradient-ascent-update", cases=parametrised())
def descent_on_costs_is_ascent_on_rewards(case: Parametrised) -> tuple[Array, Array]:
    """With c = −r and C = −J: the step −α∇C(θ) is the step +α∇J(θ), here α = 1."""
    cost = TabularMDP(case.mdp.transition, -case.mdp.reward, case.mdp.initial, case.mdp.discount)
    descent = -policy_gradient(cost, case.policy, case.score)
    return descent, performance_gradient(case.mdp, case.policy, case.jacobian)


@identity("gradient-ascent-update", cases=parametrised())
def ascent_rises_at_the_squared_norm(case: Parametrised) -> tuple[Array, Array]:
    """dJ(θ + α∇J(θ))/dα = ‖∇J(θ)‖² at α = 0: the gradient is the one at the old parameters."""
    step = policy_gradient(case.mdp, case.policy, case.score)
    slope = performance_gradient(case.mdp, case.policy, (case.jacobian @ step)[..., None])
    return slope, np.asarray((step * step).sum())


def _td_errors(mdp: TabularMDP, values: Array) -> Array:
    """δ(s, a, s') = r(s, a) + γV(s') − V(s), ``[S, A, S]``."""
    return np.asarray(mdp.reward[..., None] + mdp.discount * values - values[:, None, None])
