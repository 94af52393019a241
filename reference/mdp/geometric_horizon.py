"""A discount is a chance to stop: the undiscounted process that survives each step with probability γ."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, convert, solve
from ..domain import domain
from ..policy_evaluation import policy_transition
from ..tabular_mdp import TabularMDP
from .finite_horizon import finite_horizon_performance

__all__ = ["stopped_state_distribution", "surviving_performance"]


@domain(horizon="≥ 0")
def surviving_performance(mdp: TabularMDP, policy: Array, horizon: int) -> Scalar:
    """E[Σ_{t<min(N,H)} r_t] with P(N = n) = (1−γ)γⁿ⁻¹: no reward is discounted, the process stops instead.

    Summed over the time to stop, Σ_{n≤H} P(N = n) U_n + γᴴ U_H, U_n the undiscounted performance of n steps
    (Puterman, 1994, proposition 5.3.1).
    """
    gamma, one = mdp.discount, mdp.discount**0
    total = gamma**horizon * finite_horizon_performance(mdp, policy, horizon, gamma=one)
    for n in range(1, horizon + 1):
        total = total + (1 - gamma) * gamma ** (n - 1) * finite_horizon_performance(mdp, policy, n, gamma=one)
    return total


@domain(mdp="one", policy="one")
def stopped_state_distribution(mdp: TabularMDP, policy: Array) -> Array:
    """P(s_{N−1} = s), the law of the state in which the process stops, ``[S]``; it is d_π.

    States 0 … S−1 of the chain move, states S … 2S−1 are their graves. The probabilities of absorption solve
    (I − Q) B = R with Q the moves among the living and R the deaths (Kemeny and Snell, 1960, theorem 3.3.7).
    """
    identity = convert(np.eye(mdp.states, dtype=int), mdp.arithmetic)
    moves, deaths = mdp.discount * policy_transition(mdp, policy), (1 - mdp.discount) * identity
    absorption = np.stack([solve(identity - moves, column) for column in deaths.T], axis=-1)
    return np.asarray(mdp.initial @ absorption)
