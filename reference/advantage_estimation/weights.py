"""How GAE spreads its weight over the N-step advantages."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, arithmetic_of, convert

__all__ = ["average_weights"]


def average_weights(lam: Scalar, steps: int) -> Array:
    """w_n = (1−λ) λⁿ⁻¹ for n < T and w_T = λᵀ⁻¹, ``[T]``; they sum to 1 for every λ in [0, 1].

    w_T is all that the infinite average (1−λ) Σ_{n≥1} λⁿ⁻¹ Ψ₍ₙ₎ gives to n ≥ T. At λ = 1 the weights of the infinite
    average vanish one by one; only with w_T does the limit λ → 1 mean the longest estimate. Schulman et al. (2016),
    eq. 16; Sutton and Barto (2018), eq. 12.3.

    Raises
    ------
    ValueError: T < 1, or λ outside [0, 1].
    """
    if steps < 1:
        raise ValueError(f"{steps} steps make no estimate; at least one is needed")
    if not 0 <= lam <= 1:
        raise ValueError(f"λ = {lam} lies outside [0, 1]")
    powers = [lam**n for n in range(steps)]
    weights = [(1 - lam) * power for power in powers[:-1]]
    return convert(np.array([*weights, powers[-1]]), arithmetic_of(lam))
