"""PPO's losses on tensors of any device, with their gradients by hand; sums are taken in float64.

Schulman, Wolski, Dhariwal, Radford, Klimov (2017), "Proximal policy optimization algorithms", arXiv:1707.06347.
Nothing here asks the device for a number, so all of it can be captured in a CUDA graph. On CUDA, in float32 and where
Triton is installed, `ppo_loss_triton` does the work.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from ..distributions import Family

__all__ = ["STATISTICS", "Columns", "Weights", "approximate_kl", "normalize", "policy_loss", "ppo_loss", "value_loss"]

STATISTICS = ("policy_loss", "value_loss", "entropy", "approximate_kl", "clip_fraction")
Real = TypeVar("Real", Tensor, float)
_TRITON = find_spec("triton") is not None
EPSILON = 1e-8
"""Added to the standard deviation of advantages."""


class Columns(NamedTuple):
    """What a batch remembers of its rows, ``[B]`` each; actions ``[B]`` or ``[B, D]``."""

    actions: Tensor
    log_probs: Tensor
    advantages: Tensor
    values: Tensor
    returns: Tensor


class Weights(NamedTuple):
    """The numbers of the loss, tensors without axes on its device; a value clip range of ∞ does not clip."""

    clip_range: Tensor
    value_clip_range: Tensor
    value_coefficient: Tensor
    entropy_coefficient: Tensor


def policy_loss(
    log_probs: Tensor, old_log_probs: Tensor, advantages: Tensor, clip_range: Real
) -> tuple[Tensor, Tensor, Tensor]:
    """−mean min(ρÂ, clip(ρ, 1 ± ε) Â), its gradient in log π ``[B]``, and the share of ρ outside of 1 ± ε.

    The gradient is −ρÂ/B where Â > 0 and ρ < 1 + ε, or Â < 0 and ρ > 1 − ε; else 0. A ρÂ beyond the range of the
    dtype counts as its largest number, so that rows of opposite signs do not add up to NaN.
    """
    if _fused(log_probs):
        from .ppo_loss_triton import launch_policy_loss

        return launch_policy_loss(log_probs, old_log_probs, advantages, _on_device(clip_range, log_probs))
    largest = torch.finfo(log_probs.dtype).max
    ratio = torch.exp(log_probs - old_log_probs)
    low, high = 1 - clip_range, 1 + clip_range
    plain = (ratio * advantages).clamp(-largest, largest)
    clipped = ratio.clamp(low, high) * advantages
    outside = (ratio < low) | (ratio > high)
    pulls = ~outside | (plain < clipped) | plain.isnan()
    gradient = torch.where(pulls, -plain / len(plain), 0.0)
    return -_mean(torch.where(pulls, plain, clipped)), gradient, _mean(outside)


def value_loss(values: Tensor, old_values: Tensor, returns: Tensor, clip_range: Real) -> tuple[Tensor, Tensor]:
    """Mean max((V − y)², (V_old + clip(V − V_old, ±ε) − y)²), ε = ∞ for the first alone, and its gradient ``[B]``.

    The gradient is 2 (V − y)/B inside the range or where the plain error is the larger; else 0.
    """
    if _fused(values):
        from .ppo_loss_triton import launch_value_loss

        return launch_value_loss(values, old_values, returns, _on_device(clip_range, values))
    move, error = values - old_values, values - returns
    clipped = old_values + move.clamp(-clip_range, clip_range) - returns
    pulls = (move.abs() <= clip_range) | (clipped * clipped <= error * error)
    larger = torch.where(pulls, error, clipped).to(torch.float64)
    return (larger * larger).mean(), torch.where(pulls, 2 * error / len(error), 0.0)


def normalize(advantages: Tensor) -> Tensor:
    """(Â − mean)/(std + 10⁻⁸), std with divisor B; zeros for a batch of one and for a constant batch."""
    variance, mean = torch.var_mean(advantages.to(torch.float64), correction=0)
    return ((advantages - mean) / (variance.sqrt() + EPSILON)).to(advantages.dtype)


def approximate_kl(log_probs: Tensor, old_log_probs: Tensor) -> Tensor:
    """Mean (ρ − 1 − log ρ), an estimate of KL(old ‖ new) that is never negative (Schulman, 2020: k₃)."""
    log_ratio = log_probs.to(torch.float64) - old_log_probs.to(torch.float64)
    return (torch.expm1(log_ratio) - log_ratio).mean()


def ppo_loss(
    family: Family, outputs: tuple[Tensor, ...], values: Tensor, columns: Columns, weights: Weights
) -> tuple[tuple[Tensor, ...], Tensor, Tensor]:
    """L = L_policy + c_V L_value − c_H mean H: its gradients in the policy's outputs and in V, and ``STATISTICS``.

    Gradients are ``[B, ·]`` each and ``[B]``; statistics are float64, ``[5]``.
    """
    if _fused(values):
        from .ppo_loss_triton import launch

        return launch(family, outputs, values, columns, weights)
    log_probs = family.log_prob(*outputs, columns.actions)
    loss, pull, outside = policy_loss(log_probs, columns.log_probs, columns.advantages, weights.clip_range)
    squared, value_pull = value_loss(values, columns.values, columns.returns, weights.value_clip_range)
    bonus = weights.entropy_coefficient / len(values)
    pulls = tuple(
        pull[:, None] * score - bonus * spread
        for score, spread in zip(
            family.score(*outputs, columns.actions), family.entropy_gradient(*outputs), strict=True
        )
    )
    entropy, divergence = _mean(family.entropy(*outputs)), approximate_kl(log_probs, columns.log_probs)
    statistics = torch.stack([loss, squared, entropy, divergence, outside])
    return pulls, weights.value_coefficient * value_pull, statistics


def _fused(column: Tensor) -> bool:
    """Whether the Triton kernels take a column like this one."""
    return _TRITON and column.is_cuda and column.dtype is torch.float32


def _on_device(number: Real, like: Tensor) -> Tensor:
    return number if isinstance(number, Tensor) else torch.full((), number, dtype=like.dtype, device=like.device)


def _mean(column: Tensor) -> Tensor:
    return column.mean(dtype=torch.float64)
