"""The softmax of logits (Sutton and Barto, 2018, eq. 13.2)."""

from __future__ import annotations

import numpy as np

from .arithmetic import Array, exp, log

__all__ = ["log_softmax", "softmax"]


def softmax(logits: Array) -> Array:
    """π(a) = exp(θ_a) / Σ_b exp(θ_b) over the last axis; shifting all logits changes nothing.

    Rational logits give balls. A derivative of π needs π alone: ∂π(a)/∂θ_b = π(a)(1[a = b] − π(b)), so what follows
    from the derivative is exact wherever π is rational.
    """
    weights = exp(_shifted(logits))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def log_softmax(logits: Array) -> Array:
    """Log π(a) = θ_a − log Σ_b exp(θ_b) over the last axis."""
    shifted = _shifted(logits)
    return np.asarray(shifted - log(exp(shifted).sum(axis=-1, keepdims=True)))


def _shifted(logits: Array) -> Array:
    array = np.asarray(logits)
    return np.asarray(array - np.maximum.reduce(array, axis=-1, keepdims=True))
