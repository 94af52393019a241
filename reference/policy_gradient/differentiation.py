"""The gradient of the objective by differentiating the objective: no score, no theorem.

By forward differentiation (Griewank and Walther, 2008, chapter 3).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arithmetic import Array, Scalar, convert
from ..domain import domain
from ..dual import dual, solve, tangent
from ..tabular_mdp import TabularMDP, validate_policy

__all__ = ["finite_horizon_value_gradient", "performance_gradient", "value_gradient"]


@domain(mdp="one", policy="one", jacobian="S A D")
def value_gradient(mdp: TabularMDP, policy: Array, jacobian: Array) -> Array:
    """∇_θ V^π(s), ``[S, D]``, by dual numbers through the linear system (I − γ P_π) V = r_π, for one process.

    ``jacobian[S, A, D]`` is ∂π_θ(a|s)/∂θ; a probability may be 0, no logarithm is taken.

    Raises
    ------
    InvalidPolicyError: ``policy`` is none for this process.
    ValueError: the shape of ``jacobian`` does not fit.
    """

    def values(table: Array) -> Array:
        identity = convert(np.eye(mdp.states, dtype=int), mdp.arithmetic)
        transition = (table[..., None] * mdp.transition).sum(axis=1)
        return solve(identity - mdp.discount * transition, (table * mdp.reward).sum(axis=1))

    return _along_each_parameter(mdp, policy, jacobian, values)


def performance_gradient(mdp: TabularMDP, policy: Array, jacobian: Array) -> Array:
    """∇_θ J = Σ_s μ(s) ∇_θ V^π(s), ``[D]``, as ``value_gradient``."""
    return np.asarray(mdp.initial @ value_gradient(mdp, policy, jacobian))


@domain(mdp="one", policy="one", jacobian="S A D", horizon="≥ 0", gamma="[0, 1]")
def finite_horizon_value_gradient(
    mdp: TabularMDP, policy: Array, jacobian: Array, horizon: int, *, gamma: Scalar
) -> Array:
    """∇_θ V_H(s), ``[S, D]``, by dual numbers through V₀ = 0, V_{k+1} = r_π + γ P_π V_k; γ = 1 is allowed.

    Raises
    ------
    InvalidPolicyError: ``policy`` is none for this process.
    ValueError: the shape of ``jacobian`` does not fit, or the horizon is negative.
    """

    def values(table: Array) -> Array:
        transition = (table[..., None] * mdp.transition).sum(axis=1)
        reward = (table * mdp.reward).sum(axis=1)
        result = 0 * reward
        for _ in range(horizon):
            result = reward + gamma * transition @ result
        return np.asarray(result)

    return _along_each_parameter(mdp, policy, jacobian, values)


def _along_each_parameter(mdp: TabularMDP, policy: Array, jacobian: Array, function: Callable[[Array], Array]) -> Array:
    table, jacobian = validate_policy(mdp, policy), np.asarray(jacobian)
    columns = [tangent(function(dual(table, jacobian[..., k]))) for k in range(jacobian.shape[2])]
    return np.stack(columns, axis=-1)
