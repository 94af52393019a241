"""TRPO's second sampling scheme: several actions from each of several root states, each followed by a rollout.

Schulman et al. (2015), "Trust region policy optimization", section 5.2.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from .enumeration import Draw
from .importance import importance_weights

__all__ = ["all_actions", "one_action", "sampled_actions", "vine"]

Estimate = Callable[[Draw, int, int], Scalar]
"""estimate(draw, state, action) gives Q̂(state, action): a rollout, from wherever it is told to begin."""


@domain(target="A in Δ")
def all_actions(draw: Draw, estimate: Estimate, target: Array, state: int) -> Scalar:
    """L_n = Σ_a π(a) Q̂(s, a), π = ``target`` ``[A]``: one rollout for each action (Schulman et al., 2015, eq. 15)."""
    return sum((p * estimate(draw, state, a) for a, p in enumerate(target)), 0 * target[0])


@domain(target="A in Δ")
def one_action(draw: Draw, estimate: Estimate, target: Array, state: int) -> Scalar:
    """Q̂(s, a) for one a ~ π: what a single path knows of a state."""
    return estimate(draw, state, draw(target))


@domain(target="A", sampling="A", count="≥ 1")
def sampled_actions(
    draw: Draw, estimate: Estimate, target: Array, sampling: Array, state: int, count: int
) -> tuple[Array, Array, Array]:
    """K actions a_k ~ q with their weights π(a_k)/q(a_k) and estimates Q̂(s, a_k), ``[K]`` each."""
    weights = importance_weights(target, sampling)
    actions = np.array([draw(sampling) for _ in range(count)])
    return actions, weights[actions], np.array([estimate(draw, state, int(a)) for a in actions])


@domain(target="S A", sampling="S A", count="≥ 1")
def vine(
    draw: Draw, estimate: Estimate, roots: Callable[[Draw], list[int]], target: Array, sampling: Array, count: int
) -> Scalar:
    """(1/N) Σ_n (1/K) Σ_k π(a|s_n)/q(a|s_n) Q̂(s_n, a), a = a_{n,k} ~ q(·|s_n), over the N states of ``roots(draw)``.

    With plain importance weights; ``target`` and ``sampling`` are ``[S, A]``. It takes N·K rollouts, and a
    simulator that can be put into each s_n again.
    """
    total, states = 0 * target[0, 0], roots(draw)
    for state in states:
        _, weights, values = sampled_actions(draw, estimate, target[state], sampling[state], state, count)
        total = total + (weights * values).sum() / count
    return total / len(states)
