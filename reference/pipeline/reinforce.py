"""REINFORCE: sample episodes, weigh each score with the reward to go, subtract a baseline."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["reinforce_gradient"]


@domain(policy="S A in Δ", states="T of S", actions="T of A", rewards="T", gamma="[0, 1]", baseline="S")
def reinforce_gradient(
    policy: Array, states: Array, actions: Array, rewards: Array, *, gamma: Scalar, baseline: Array
) -> Array:
    """Σ_t γᵗ (G_t − b(s_t)) ∇_θ log π(a_t|s_t) of one episode, G_t = Σ_{k≥t} γᵏ⁻ᵗ r_k, ``[S, A]``.

    For a softmax over logits θ ``[S, A]``: ∂ log π(a|s)/∂θ(s, b) = 1[a = b] − π(b|s). ``states, actions, rewards`` are
    ``[T]``, the baseline b is ``[S]``. Its mean is ∇J for every b. Williams (1992), "Simple statistical
    gradient-following algorithms"; Sutton and Barto (2018), section 13.4, whose update is one term of the sum.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    ValueError: the three arrays differ in length.
    """
    total, to_go = 0 * policy, 0 * gamma
    steps = list(zip(states, actions, rewards, strict=True))
    for t, (state, action, reward) in reversed(list(enumerate(steps))):
        to_go = reward + gamma * to_go
        weight = gamma**t * (to_go - baseline[state])
        total[state] = total[state] - weight * policy[state]
        total[state, action] = total[state, action] + weight
    return np.asarray(total)
