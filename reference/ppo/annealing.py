"""Learning rates and clip ranges that fall linearly."""

from __future__ import annotations

from ..arithmetic import Scalar
from ..domain import domain

__all__ = ["annealed"]


@domain(initial="(-∞, ∞)", update="≥ 0", updates="≥ 1")
def annealed(initial: Scalar, update: int, updates: int) -> Scalar:
    """x_k = x₀ (1 − k/K) for the updates k = 0 … K−1; x₀ in the first, x₀/K in the last, and 0 only after it.

    Huang et al. (2022), "The 37 implementation details of proximal policy optimization", detail 4.

    Raises
    ------
    ValueError: k outside 0 … K.
    """
    if update > updates:
        raise ValueError(f"there is no update {update} among {updates}")
    return initial * (updates - update) / updates
