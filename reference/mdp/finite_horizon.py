"""The performance over a fixed number of steps, by dynamic programming (Puterman, 1994, section 4.2)."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..policy_evaluation import policy_reward, policy_transition
from ..tabular_mdp import TabularMDP

__all__ = ["finite_horizon_performance", "finite_horizon_values"]


@domain(horizon="≥ 0", gamma="[0, 1]")
def finite_horizon_values(mdp: TabularMDP, policy: Array, horizon: int, *, gamma: Scalar) -> Array:
    """V₀ = 0, V_{k+1} = r_π + γ P_π V_k: the value V_H of H more steps, ``[..., S]``.

    γ is an argument of its own, because a finite horizon allows γ = 1.

    Raises
    ------
    ValueError: the horizon is negative.
    """
    reward, transition = policy_reward(mdp, policy), policy_transition(mdp, policy)
    values = 0 * reward
    for _ in range(horizon):
        values = reward + gamma * np.einsum("...st,...t->...s", transition, values)
    return np.asarray(values)


def finite_horizon_performance(mdp: TabularMDP, policy: Array, horizon: int, *, gamma: Scalar) -> Scalar:
    """U(π) = E[Σ_{t<H} γᵗ r(s_t, a_t) | s₀ ~ μ, a ~ π] = Σ_s μ(s) V_H(s)."""
    return (mdp.initial * finite_horizon_values(mdp, policy, horizon, gamma=gamma)).sum(axis=-1)
