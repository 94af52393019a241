"""The score of a Gaussian policy with linear mean."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["gaussian_linear_score"]


@domain(gain="m n", state="n", action="m", variance="(0, ∞)")
def gaussian_linear_score(gain: Array, state: Array, action: Array, *, variance: Scalar) -> Array:
    """∇_K log π(u|x) = −σ⁻¹(u + K x)xᵀ for u ~ N(−K x, σI), ``[m, n]``: σ is the variance, not its root.

    ``gain[m, n]`` = K, ``state[n]`` = x, ``action[m]`` = u. Hu (2020), lecture 13; Williams (1992), section 6.

    Raises
    ------
    ValueError: the variance is not positive, or the shapes do not fit.
    """
    return np.asarray(-np.multiply.outer(action + gain @ state, state) / variance)
