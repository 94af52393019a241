"""Estimators of the divergence from one sample."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, arithmetic_of, log, square
from ..domain import domain
from .categorical import bregman

__all__ = ["k1", "k2", "k3"]


@domain(ratio="... in (0, ∞)")
def k1(ratio: Array) -> Array:
    """k₁ = −ln r, r = p(x)/q(x), x ~ q: unbiased for KL(q‖p), of either sign (Schulman, 2020)."""
    return np.asarray(-log(np.asarray(ratio)))


@domain(ratio="... in (0, ∞)")
def k2(ratio: Array) -> Array:
    """k₂ = ½ (ln r)²: never negative, biased in the third order of ln r (Schulman, 2020)."""
    return np.asarray(square(log(np.asarray(ratio))) / 2)


@domain(ratio="... in (0, ∞)")
def k3(ratio: Array) -> Array:
    """k₃ = r − 1 − ln r: never negative, and unbiased for KL(q‖p) where p ≪ q (Schulman, 2020).

    In float64 without cancellation, however close r is to 1.
    """
    ratio = np.asarray(ratio)
    if arithmetic_of(ratio) is Arithmetic.FLOAT:
        return bregman(np.ones_like(ratio, dtype=np.float64), ratio)
    return np.asarray(ratio - 1 - log(ratio))
