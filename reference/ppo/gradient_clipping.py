"""A bound on the length of a gradient."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, sqrt, square
from ..domain import domain
from ..extrema import minimum

__all__ = ["clipped_by_norm"]


@domain(gradient="...", max_norm="(0, ∞)")
def clipped_by_norm(gradient: Array, *, max_norm: Scalar) -> Array:
    """ĝ = g min(1, c/‖g‖₂) over all entries: never longer than c, never turned; 0 stays 0.

    Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural networks", algorithm 1; Huang et
    al. (2022), detail 11.

    Raises
    ------
    ValueError: c ≤ 0.
    """
    flat = np.asarray(gradient).ravel()
    if np.all(flat == 0):
        return np.asarray(gradient)
    length = sqrt(square(flat).sum())
    return np.asarray(gradient * minimum(max_norm / length, max_norm / max_norm))
