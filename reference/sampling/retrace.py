"""Retrace(λ): safe off-policy returns, as an operator."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, convert, solve, unit
from ..domain import domain
from ..tabular_mdp import TabularMDP, validate_policy
from .importance import importance_weights, truncated

__all__ = ["retrace_operator"]


@domain(mdp="one", behaviour="one", target="one", action_values="S A", lam="[0, 1]")
def retrace_operator(mdp: TabularMDP, behaviour: Array, target: Array, action_values: Array, *, lam: Scalar) -> Array:
    """(𝓡Q)(s, a) = Q(s, a) + E_μ[Σ_t γᵗ (Π_{1≤i≤t} c_i) δ_t | s₀ = s, a₀ = a], ``[S, A]`` (Munos et al., 2016, eq. 3).

    δ_t = r_t + γ Σ_b π(b|s_{t+1}) Q(s_{t+1}, b) − Q(s_t, a_t), c_i = λ min(1, π/μ). As one solve:
    𝓡Q = Q + (I − γ P^{cμ})⁻¹ (T^π Q − Q), P^{cμ}((s, a), (s', a')) = P(s'|s, a) μ(a'|s') c(s', a').

    Raises
    ------
    MissingSupportError: the target takes an action that the behaviour never does.
    """
    mu, pi = validate_policy(mdp, behaviour), validate_policy(mdp, target)
    one = unit(mdp.arithmetic)
    traces = mu * lam * truncated(importance_weights(pi, mu), one)
    size = mdp.states * mdp.actions
    matrix = (mdp.transition[..., None] * traces).reshape(size, size)
    errors = mdp.reward + mdp.discount * (mdp.transition @ (pi * action_values).sum(axis=1)) - action_values
    identity = convert(np.eye(size, dtype=int), mdp.arithmetic)
    corrections = solve(identity - mdp.discount * matrix, errors.reshape(size))
    return np.asarray(action_values + corrections.reshape(mdp.states, mdp.actions))
