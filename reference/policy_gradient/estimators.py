"""What one trajectory contributes to an estimate of the policy gradient."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["reward_to_go", "total_reward_estimate", "weighted_score_estimate"]


@domain(rewards="H?", scores="H? D", gamma="[0, 1]")
def total_reward_estimate(rewards: Array, scores: Array, *, gamma: Scalar) -> Array:
    """(Σ_{t<H} γᵗ r_t)(Σ_{k<H} ∇log π(a_k|s_k)), ``[D]``, of ``rewards[H]`` and ``scores[H, D]``.

    REINFORCE in its first form (Williams, 1992, section 5, episodic tasks).
    """
    return np.asarray(discounted_sum(rewards, gamma) * scores.sum(axis=0))


@domain(rewards="H?", gamma="[0, 1]")
def reward_to_go(rewards: Array, *, gamma: Scalar) -> Array:
    """Ĝ_t = Σ_{k≥t} γᵏ⁻ᵗ r_k, ``[H]`` (Sutton and Barto, 2018, eq. 3.8)."""
    return np.array([discounted_sum(rewards[t:], gamma) for t in range(len(rewards))], dtype=rewards.dtype)


@domain(weights="H?", scores="H? D", gamma="[0, 1]")
def weighted_score_estimate(weights: Array, scores: Array, *, gamma: Scalar) -> Array:
    """Σ_{t<H} γᵗ Ψ_t ∇log π(a_t|s_t), ``[D]``, of ``weights[H]`` = Ψ and ``scores[H, D]``.

    Ψ_t may be Ĝ_t, Ĝ_t − b(s_t), Q, A, δ_t or the generalised advantage (Schulman et al., 2016, eq. 1, there without
    γᵗ, which is part of the gradient of the discounted objective; γ = 1 drops it here).
    """
    factors = np.array([gamma**t for t in range(len(weights))], dtype=weights.dtype)
    return np.asarray((factors * weights) @ scores)


def discounted_sum(rewards: Array, gamma: Scalar) -> Scalar:
    """Σ_t γᵗ r_t."""
    total, weight = 0 * gamma, gamma**0
    for reward in rewards:
        total, weight = total + weight * reward, weight * gamma
    return total
