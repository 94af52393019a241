"""The score of a Gaussian policy with linear mean."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar

__all__ = ["gaussian_linear_score", "refuse_variance"]


def gaussian_linear_score(gain: Array, state: Array, action: Array, *, variance: Scalar) -> Array:
    """∇_K log π(u|x) = −σ⁻¹(u + K x)xᵀ for u ~ N(−K x, σI), ``[m, n]``: σ is the variance, not its root.

    ``gain[m, n]`` = K, ``state[n]`` = x, ``action[m]`` = u. Hu (2020), lecture 13; Williams (1992), section 6.

    Raises
    ------
    ValueError: the variance is not positive, or the shapes do not fit.
    """
    refuse_variance(variance)
    if gain.shape != (*action.shape, *state.shape):
        raise ValueError(f"gain has shape {gain.shape}; it maps {state.shape} to {action.shape}")
    return np.asarray(-np.multiply.outer(action + gain @ state, state) / variance)


def refuse_variance(variance: Scalar) -> None:
    """Raise ValueError unless variance > 0."""
    if not variance > 0:
        raise ValueError(f"the variance is {variance}; a Gaussian density needs a positive one")
