"""GAE by its definition: the λ-weighted average of the N-step advantages."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from .n_step import n_step_advantage

__all__ = ["infinite_weighted_average", "weighted_average"]


@domain(
    rewards="T ...", values="T ...", next_values="T ...", terminated="T ... of 2", truncated="T ... of 2", lam="[0, 1]"
)
def weighted_average(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    *,
    gamma: Scalar,
    lam: Scalar,
) -> Array:
    """Â_t = (1−λ) Σ_{n=1}^{m−1} λⁿ⁻¹ Ψ₍ₙ₎(t) + λᵐ⁻¹ Ψ₍ₘ₎(t), m the steps known from t on, ``[T, ...]``.

    The weight λᵐ⁻¹ that the infinite average would spread over n ≥ m rests on the longest estimate. Schulman et al.
    (2016), eq. 16, truncated as in Sutton and Barto (2018), eq. 12.3.
    """
    steps = len(rewards)
    batch = (rewards, values, next_values, terminated, truncated)
    estimates = [n_step_advantage(*batch, n=n, gamma=gamma) for n in range(1, steps + 1)]
    result = np.empty_like(rewards)
    for column in np.ndindex(rewards.shape[1:]):
        for t in range(steps):
            ends = [k for k in range(t, steps) if terminated[(k, *column)] or truncated[(k, *column)]]
            known = (ends[0] if ends else steps - 1) - t + 1
            here = (t, *column)
            total, weight = 0 * gamma, gamma**0
            for n in range(1, known):
                total, weight = total + (1 - lam) * weight * estimates[n - 1][here], weight * lam
            result[here] = total + weight * estimates[known - 1][here]
    return result


@domain(rewards="T?", values="T?", tail_reward="(-∞, ∞)", tail_value="(-∞, ∞)", gamma="[0, 1)", lam="[0, 1)")
def infinite_weighted_average(
    rewards: Array, values: Array, tail_reward: Scalar, tail_value: Scalar, *, gamma: Scalar, lam: Scalar
) -> Scalar:
    """Â₀ = (1−λ) Σ_{n≥1} λⁿ⁻¹ Ψ₍ₙ₎(0) of an infinite trajectory, as one number.

    The trajectory earns ``rewards[0..T−1]`` in states of value ``values[0..T−1]``, then ``tail_reward`` for ever in
    a state of value ``tail_value``; so Ψ₍ₙ₎ = Ψ₍T₎ + (tail_reward + γ tail_value − tail_value)(γᵀ − γⁿ)/(1−γ) for
    n ≥ T, and the rest of the average is a difference of two geometric series. Schulman et al. (2016), eq. 16.

    Raises
    ------
    ValueError: γ or λ is 1, where the series has no sum or all weights vanish.
    """
    steps = len(rewards)
    if steps == 0:
        return (tail_reward + gamma * tail_value - tail_value) / (1 - gamma * lam)
    total, known = 0 * gamma, -values[0]
    for n in range(1, steps + 1):
        known = known + gamma ** (n - 1) * rewards[n - 1]
        estimate = known + gamma**n * (values[n] if n < steps else tail_value)
        total = total + (1 - lam) * lam ** (n - 1) * estimate if n < steps else total
    drift = tail_reward + gamma * tail_value - tail_value
    rest = lam ** (steps - 1)
    spread = rest * gamma**steps - (1 - lam) * rest * gamma**steps / (1 - gamma * lam)
    return total + rest * estimate + drift * spread / (1 - gamma)
