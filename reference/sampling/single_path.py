"""TRPO's first sampling scheme: one path, and at each of its steps the return from there on.

Schulman et al. (2015), "Trust region policy optimization", section 5.1.
"""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..policy_evaluation import policy_reward, policy_transition
from ..tabular_mdp import TabularMDP, validate_policy
from .enumeration import Draw

__all__ = ["action_values_within", "rollout_return", "single_path"]


@domain(mdp="one", policy="S A in Δ", state="of S", action="of A", steps="≥ 0")
def rollout_return(draw: Draw, mdp: TabularMDP, policy: Array, state: int, action: int, steps: int) -> Scalar:
    """Q̂ = Σ_{t<N} γᵗ r_t along one rollout of π that begins with ``action`` in ``state``; 0 for N = 0."""
    total, weight = 0 * mdp.discount, 1 + 0 * mdp.discount
    for t in range(steps):
        if t:
            action = draw(policy[state])
        total, weight = total + weight * mdp.reward[state, action], weight * mdp.discount
        if t + 1 < steps:
            state = draw(mdp.transition[state, action])
    return total


@domain(mdp="one", policy="S A in Δ", steps="≥ 0")
def single_path(draw: Draw, mdp: TabularMDP, policy: Array, steps: int) -> list[tuple[int, int, Scalar]]:
    """(s_t, a_t, Q̂_t) for t < N of a path under π, Q̂_t = Σ_{t≤k<N} γ^{k−t} r_k."""
    state, visited, rewards = draw(mdp.initial), [], []
    for t in range(steps):
        action = draw(policy[state])
        visited.append((state, action))
        rewards.append(mdp.reward[state, action])
        if t + 1 < steps:
            state = draw(mdp.transition[state, action])
    returns, following = [], 0 * mdp.discount
    for reward in reversed(rewards):
        following = reward + mdp.discount * following
        returns.append(following)
    return [(s, a, value) for (s, a), value in zip(visited, reversed(returns), strict=True)]


@domain(mdp="one", policy="one", steps="≥ 0")
def action_values_within(mdp: TabularMDP, policy: Array, steps: int) -> Array:
    """Q_N(s, a) = E[Σ_{t<N} γᵗ r_t | s₀ = s, a₀ = a], ``[S, A]``, by N backups from 0; Q_N → Q^π."""
    pi = validate_policy(mdp, policy)
    transition, reward = policy_transition(mdp, pi), policy_reward(mdp, pi)
    if steps == 0:
        return np.asarray(0 * mdp.reward)
    values = 0 * reward
    for _ in range(steps - 1):
        values = reward + mdp.discount * transition @ values
    return np.asarray(mdp.reward + mdp.discount * (mdp.transition @ values))
