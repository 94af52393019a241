"""How far apart two distributions of a given divergence can be."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, arithmetic_of, exp, sqrt
from ..domain import domain

__all__ = ["bretagnolle_huber_bound", "pinsker_bound"]


@domain(kl="... in [0, ∞]")
def pinsker_bound(kl: Array) -> Array:
    """TV(p, q) ≤ √(½ KL(p‖q)), in nats (Pinsker, 1964; the constant ½: Csiszár, 1967, and Kullback, 1967).

    Raises
    ------
    ValueError: a divergence is negative or NaN.
    """
    return sqrt(np.asarray(kl) / 2)


@domain(kl="... in [0, ∞]")
def bretagnolle_huber_bound(kl: Array) -> Array:
    """TV(p, q) ≤ √(1 − e^−KL(p‖q)), below 1 however large the divergence (Bretagnolle and Huber, 1979, lemma 2.1).

    Raises
    ------
    ValueError: a divergence is negative or NaN.
    """
    kl = np.asarray(kl)
    return sqrt(-np.expm1(-kl) if arithmetic_of(kl) is Arithmetic.FLOAT else 1 - exp(-kl))
