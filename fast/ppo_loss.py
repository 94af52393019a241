"""PPO's losses on float32 batches with their gradients by hand, compiled; sums are taken in float64.

Schulman, Wolski, Dhariwal, Radford, Klimov (2017), "Proximal policy optimization algorithms", arXiv:1707.06347.
Every function takes a block of rows and the number of rows of the whole batch, `count`, so that a batch may go through
in blocks: the results of the blocks add up.
"""

from typing import Any

import numpy as np

from .compilation import compiled
from .elementary import exp

__all__ = ["approximate_kl", "normalize", "policy_loss", "value_loss"]

_f = np.float32
_ZERO, _ONE, _TWO = _f(0), _f(1), _f(2)
_LARGEST = np.finfo(np.float32).max
EPSILON = 1e-8
"""Added to the standard deviation of advantages."""


@compiled
def policy_loss(log_probs: Any, old_log_probs: Any, advantages: Any, clip_range: float, count: int, out: Any) -> Any:
    """−Σ min(ρÂ, clip(ρ, 1 − ε, 1 + ε) Â) / count, ρ = π/π_old; returns it and how many ρ lie outside of the range.

    out[i] becomes ∂/∂ log π_i: −ρÂ/count where Â > 0 and ρ < 1 + ε, or Â < 0 and ρ > 1 − ε; else 0. A ρÂ beyond the
    range of float32 counts as its largest number, so that rows of opposite signs do not add up to NaN.
    """
    low, high = _ONE - _f(clip_range), _ONE + _f(clip_range)
    total, outside = 0.0, 0
    for i in range(log_probs.size):
        ratio, advantage = exp(log_probs[i] - old_log_probs[i]), advantages[i]
        plain = min(max(ratio * advantage, -_LARGEST), _LARGEST)
        clipped = min(max(ratio, low), high) * advantage
        outside += ratio < low or ratio > high
        pulls = plain <= clipped if low <= ratio <= high else plain < clipped
        total -= plain if pulls else clipped
        out[i] = -plain / _f(count) if pulls else _ZERO
        if np.isnan(ratio * advantage):  # which compares with nothing, and must not pass for a flat part
            total, out[i] = np.nan, _f(np.nan)
    return total / count, outside


@compiled
def value_loss(values: Any, old_values: Any, returns: Any, clip_range: float, count: int, out: Any) -> Any:
    """Σ max((V − y)², (V_old + clip(V − V_old, ±ε) − y)²) / count; ε = ∞ does not clip.

    out[i] becomes ∂/∂ V_i: 2 (V − y)/count inside the range or where the plain error is the larger; else 0.
    """
    reach, total = _f(clip_range), 0.0
    for i in range(values.size):
        move = values[i] - old_values[i]
        error = values[i] - returns[i]
        pulls = True
        larger = np.float64(error) * error
        if abs(move) > reach:
            clipped = np.float64(old_values[i] + (reach if move > 0 else -reach) - returns[i])
            if clipped * clipped > larger:
                pulls, larger = False, clipped * clipped
        total += larger
        out[i] = _TWO * error / _f(count) if pulls else _ZERO
    return total / count


@compiled
def normalize(advantages: Any, out: Any) -> None:
    """(Â − mean)/(std + 10⁻⁸), std with divisor B; zeros for a batch of one and for a constant batch."""
    size, total, squares = advantages.size, 0.0, 0.0
    for i in range(size):
        total += advantages[i]
    mean = total / size
    for i in range(size):
        squares += (advantages[i] - mean) ** 2
    divisor = np.sqrt(squares / size) + EPSILON
    for i in range(size):
        out[i] = (advantages[i] - mean) / divisor


@compiled
def approximate_kl(log_probs: Any, old_log_probs: Any, count: int) -> Any:
    """Σ (ρ − 1 − log ρ)/count, an estimate of KL(old ‖ new) that is never negative (Schulman, 2020: k₃)."""
    total = 0.0
    for i in range(log_probs.size):
        log_ratio = np.float64(log_probs[i]) - np.float64(old_log_probs[i])
        total += np.expm1(log_ratio) - log_ratio
    return total / count
