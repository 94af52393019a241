"""How far apart two distributions of a given divergence can be."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, arithmetic_of, exp, sqrt

__all__ = ["bretagnolle_huber_bound", "pinsker_bound"]


def pinsker_bound(kl: Array) -> Array:
    """TV(p, q) ≤ √(½ KL(p‖q)), in nats (Pinsker, 1964; the constant ½: Csiszár, 1967, and Kullback, 1967).

    Raises
    ------
    ValueError: a divergence is negative or NaN.
    """
    return sqrt(_divergence(kl) / 2)


def bretagnolle_huber_bound(kl: Array) -> Array:
    """TV(p, q) ≤ √(1 − e^−KL(p‖q)), below 1 however large the divergence (Bretagnolle and Huber, 1979, lemma 2.1).

    Raises
    ------
    ValueError: a divergence is negative or NaN.
    """
    kl = _divergence(kl)
    return sqrt(-np.expm1(-kl) if arithmetic_of(kl) is Arithmetic.FLOAT else 1 - exp(-kl))


def _divergence(kl: Array) -> Array:
    kl = np.asarray(kl)
    if np.any(kl < 0) or np.any(kl != kl):
        raise ValueError(f"a divergence is never negative: {kl}")
    return kl
