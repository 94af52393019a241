"""Advantages of a batch with mean 0 and standard deviation 1."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, sqrt, square
from ..domain import domain
from ..extrema import largest

__all__ = ["normalised_advantages"]


@domain(advantages="B", epsilon="[0, ∞)")
def normalised_advantages(advantages: Array, *, ddof: int = 0, epsilon: Scalar = 0) -> Array:
    """(Â_i − m)/(s + ε) for ``[B]``, m = Σ_i Â_i/B and s² = Σ_i (Â_i − m)²/(B − ddof).

    A batch of one and a constant batch, which have no scale, give zeros. ddof = 1 is what ``torch.std`` divides by,
    ddof = 0 what ``numpy.std`` does. Squares are taken after division by the largest |Â_i − m|, so none overflows.
    Huang et al. (2022), "The 37 implementation details of proximal policy optimization", detail 7.

    Raises
    ------
    ValueError: ddof is neither 0 nor 1, ε < 0, or ``advantages`` is not ``[B]`` with B ≥ 1.
    """
    if ddof not in (0, 1):
        raise ValueError(f"ddof is {ddof}; a standard deviation has 0 or 1")
    if np.all(advantages == advantages[0]):
        return np.asarray(0 * advantages)
    centred = advantages - advantages.sum() / len(advantages)
    size = largest(np.abs(centred))
    deviation = size * sqrt(square(centred / size).sum() / (len(advantages) - ddof))
    return np.asarray(centred / (deviation + epsilon))
