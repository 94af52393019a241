"""Exact expectations over trajectories, by visiting every one that can happen.

The probability of a trajectory is that of Sutton and Barto (2018), section 5.5, with μ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .arithmetic import Array, Scalar
from .tabular_mdp import TabularMDP, validate_policy

__all__ = ["enumerate_trajectories", "trajectory_expectation"]


def enumerate_trajectories(mdp: TabularMDP, policy: Array, horizon: int) -> Iterator[tuple[Scalar, Array, Array]]:
    """(P_π(τ), states ``[H+1]``, actions ``[H]``) of every possible τ = (s₀, a₀, …, s_H), H = ``horizon``.

    P_π(τ) = μ(s₀) Π_{t<H} π(a_t|s_t) P(s_{t+1}|s_t, a_t); what has probability 0 is passed over. For one process and
    one policy; depth first, so memory grows with H alone and time with the trajectories, at most S (A S)ᴴ.

    Raises
    ------
    ValueError: the horizon is negative, or a batch of processes is given.
    InvalidPolicyError: ``policy`` is none for this process.
    """
    if horizon < 0:
        raise ValueError(f"the horizon is {horizon}; it counts actions and cannot be negative")
    if mdp.transition.ndim != 3 or np.ndim(policy) != 2:
        raise ValueError("enumeration visits one process under one policy at a time, not a batch")
    table = validate_policy(mdp, policy)
    step = table[..., None] * mdp.transition

    def extend(probability: Scalar, states: list[int], actions: list[int]) -> Iterator[tuple[Scalar, Array, Array]]:
        if len(actions) == horizon:
            yield probability, np.array(states), np.array(actions, dtype=int)
            return
        for action, following in np.ndindex(mdp.actions, mdp.states):
            factor = step[states[-1], action, following]
            if factor == 0:
                continue
            yield from extend(probability * factor, [*states, following], [*actions, action])

    for first in range(mdp.states):
        if mdp.initial[first] == 0:
            continue
        yield from extend(mdp.initial[first], [first], [])


def trajectory_expectation(
    mdp: TabularMDP, policy: Array, horizon: int, function: Callable[[Array, Array], Any]
) -> Any:
    """E_π[f(s₀…s_H, a₀…a_{H−1})] = Σ_τ P_π(τ) f(τ), of the shape of f.

    Raises
    ------
    ValueError, InvalidPolicyError: as ``enumerate_trajectories``.
    """
    return sum(
        probability * function(states, actions)
        for probability, states, actions in enumerate_trajectories(mdp, policy, horizon)
    )
