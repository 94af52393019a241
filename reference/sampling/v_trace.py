"""V-trace: the off-policy correction of IMPALA, as an operator."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, convert, solve
from ..domain import domain
from ..tabular_mdp import InvalidPolicyError, TabularMDP, validate_policy
from .importance import importance_weights, truncated

__all__ = ["v_trace_operator", "v_trace_policy"]


@domain(mdp="one", behaviour="one", target="one", values="S", rho_bar="[0, ∞]", c_bar="[0, ∞]")
def v_trace_operator(
    mdp: TabularMDP, behaviour: Array, target: Array, values: Array, *, rho_bar: Scalar, c_bar: Scalar
) -> Array:
    """(𝓡V)(s) = V(s) + E_μ[Σ_t γᵗ (Π_{i<t} c_i) ρ_t δ_t | s₀ = s], ``[S]`` (Espeholt et al., 2018, eq. 1).

    ρ_t = min(ρ̄, π/μ), c_t = min(c̄, π/μ), δ_t = r_t + γ V(s_{t+1}) − V(s_t). As one solve:
    𝓡V = V + (I − γ Σ_a μ c P)⁻¹ Σ_a μ ρ (r + γ P V − V).

    Raises
    ------
    MissingSupportError: the target takes an action that the behaviour never does.
    """
    mu, ratios = validate_policy(mdp, behaviour), importance_weights(validate_policy(mdp, target), behaviour)
    rho, c = truncated(ratios, rho_bar), truncated(ratios, c_bar)
    errors = mdp.reward + mdp.discount * (mdp.transition @ values) - np.asarray(values)[:, None]
    trace = np.einsum("sa,sat->st", mu * c, mdp.transition)
    identity = convert(np.eye(mdp.states, dtype=int), mdp.arithmetic)
    return np.asarray(values + solve(identity - mdp.discount * trace, (mu * rho * errors).sum(axis=1)))


@domain(behaviour="... S A", target="... S A", rho_bar="[0, ∞]")
def v_trace_policy(behaviour: Array, target: Array, *, rho_bar: Scalar) -> Array:
    """π_ρ̄(a|s) = min(ρ̄ μ(a|s), π(a|s)) / Σ_b min(ρ̄ μ(b|s), π(b|s)), ``[S, A]``: between μ and π.

    Espeholt et al. (2018), section 4.

    Raises
    ------
    MissingSupportError: the target takes an action that the behaviour never does.
    InvalidPolicyError: ρ̄ is 0.
    """
    mu, pi = np.asarray(behaviour), np.asarray(target)
    if not rho_bar > 0:
        raise InvalidPolicyError(f"rho_bar is {rho_bar}: no action keeps any probability")
    common = mu * truncated(importance_weights(pi, mu), rho_bar)
    return np.asarray(common / common.sum(axis=-1, keepdims=True))
