"""``ppo_policy_loss``: its arguments, its results, the right ones, and how far rounding may take them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array, floating, precision
from ...reference.ppo import clipped_objective, policy_loss, policy_loss_gradients, probability_ratio
from ..capability import Capability
from ..subject import Subject
from .strategies import PolicyBatch, batches

__all__ = ["POLICY_LOSS", "exact_terms", "gradient_bound", "loss_bound", "relative_error"]

BITS = 160
LARGEST = {"float32": float(np.finfo(np.float32).max), "float64": float(np.finfo(np.float64).max)}


def oracle(log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float) -> tuple[Any, Array]:
    """The loss, and its derivative from below."""
    batch = (log_probs, old_log_probs, advantages)
    loss = policy_loss(*batch, clip_range=clip_range)
    return loss, policy_loss_gradients(*batch, clip_range=clip_range)[0]


def exact_terms(case: PolicyBatch) -> tuple[Array, Array]:
    """ρ_i and ℓ_i = min(ρÂ, clip(ρ)Â) of each row, as balls."""
    with precision(BITS):
        ratio = probability_ratio(case.log_probs, case.old_log_probs)
        return ratio, clipped_objective(ratio, case.advantages, clip_range=case.clip_range)


def relative_error(case: PolicyBatch, subject: Subject) -> Array:
    """2u (|log ρ| + 8) a row: the rounded log-ratio moves ρ by u |log ρ|, exp and the products by a few u; doubled."""
    log_ratio = np.abs(floating(case.log_probs - case.old_log_probs))
    return np.asarray(2 * subject.unit_roundoff * (log_ratio + 8))


def loss_bound(case: PolicyBatch, subject: Subject) -> float:
    """Σ |ℓ_i| (relative error of a row + 2u B) / B; infinite where the exact sum leaves the range of the dtype."""
    size, magnitude = case.size, np.abs(floating(exact_terms(case)[1]))
    if magnitude.sum() >= LARGEST[subject.dtype] / 4:
        return np.inf
    return float((magnitude * (relative_error(case, subject) + 2 * size * subject.unit_roundoff)).sum() / size)


def gradient_bound(case: PolicyBatch, subject: Subject) -> Array:
    """|ρ_i Â_i| / B times the relative error of the row; infinite where ρ_i Â_i leaves the range of the dtype."""
    magnitude = np.abs(floating(exact_terms(case)[0] * case.advantages))
    bound = magnitude * relative_error(case, subject) / case.size
    return np.where(magnitude >= LARGEST[subject.dtype] / 4, np.inf, bound)


def tolerance(subject: Subject, case: PolicyBatch) -> float:
    """What rounding may do to any wrong version: 16u (80 + B) times the largest |ρÂ| or |Â|, over the whole batch."""
    size = np.maximum(np.abs(floating(exact_terms(case)[0] * case.advantages)), np.abs(floating(case.advantages)))
    return float(16 * subject.unit_roundoff * (80 + case.size) * size.sum())


def arguments(case: PolicyBatch) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The three arrays and ε."""
    return case.arrays, {"clip_range": case.clip_range}


def shapes(case: PolicyBatch) -> tuple[tuple[int, ...], ...]:
    """A number and an array [B]."""
    return (), (case.size,)


POLICY_LOSS = Capability("ppo_policy_loss", batches, arguments, shapes, tolerance, oracle)
