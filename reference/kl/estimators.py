"""Estimators of the divergence from one sample."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, arithmetic_of, log

__all__ = ["k1", "k2", "k3"]


def k1(ratio: Array) -> Array:
    """k₁ = −ln r, r = p(x)/q(x), x ~ q: unbiased for KL(q‖p), of either sign (Schulman, 2020)."""
    return np.asarray(-log(_positive(ratio)))


def k2(ratio: Array) -> Array:
    """k₂ = ½ (ln r)²: never negative, biased in the third order of ln r (Schulman, 2020)."""
    return np.asarray(log(_positive(ratio)) ** 2 / 2)


def k3(ratio: Array) -> Array:
    """k₃ = r − 1 − ln r: never negative, and unbiased for KL(q‖p) where p ≪ q (Schulman, 2020)."""
    return np.asarray(_positive(ratio) - 1 - log(ratio))


def _positive(ratio: Array) -> Array:
    ratio = np.asarray(ratio)
    arithmetic_of(ratio)
    if not np.all(ratio > 0):
        raise ValueError(f"a ratio of probabilities is positive where the divergence is finite: {ratio}")
    return ratio
