"""Gauss–Newton from data alone: least-squares policy iteration for the linear quadratic regulator."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, solve
from ..domain import domain

__all__ = ["action_value_from_data", "greedy_gain", "quadratic_features"]


@domain(joint="... d")
def quadratic_features(joint: Array) -> Array:
    """φ(z) = (z_i z_j)_{i ≤ j} ``[..., d(d+1)/2]``, off-diagonal products twice, so that φ(z)·θ = zᵀHz.

    Bradtke (1993).
    """
    z = np.asarray(joint)
    rows, columns = np.triu_indices(z.shape[-1])
    return np.asarray(z[..., rows] * z[..., columns] * np.where(rows == columns, 1, 2))


@domain(states="N n", controls="N m", costs="N", next_states="N n", gain="m n")
def action_value_from_data(states: Array, controls: Array, costs: Array, next_states: Array, gain: Array) -> Array:
    """H ``[n+m, n+m]`` with Q_K(x, u) = (x, u)ᵀH(x, u), by least squares on transitions (Bradtke, 1993).

    Σ_i φ_i (φ_i − φ'_i)ᵀ θ = Σ_i φ_i c_i,   φ_i = φ(x_i, u_i),   φ'_i = φ(x'_i, −K x'_i):

    LSTD for the Bellman equation Q_K(x, u) = c + Q_K(x', −Kx'). Neither A, B, Q nor R is used.

    Raises
    ------
    SingularMatrixError: the data do not excite every direction.
    """
    joint = np.concatenate([states, controls], axis=1)
    following = np.concatenate([next_states, -(next_states @ np.asarray(gain).T)], axis=1)
    features = quadratic_features(joint)
    weights = solve(features.T @ (features - quadratic_features(following)), features.T @ costs)
    size = joint.shape[1]
    H = np.empty((size, size), dtype=weights.dtype)
    rows, columns = np.triu_indices(size)
    H[rows, columns] = H[columns, rows] = weights
    return H


@domain(action_value="d d", state_size="of d")
def greedy_gain(action_value: Array, state_size: int) -> Array:
    """K' = H_uu⁻¹ H_ux ``[m, n]``, so that u = −K'x minimises (x, u)ᵀH(x, u) (Bradtke, 1993)."""
    H: Array = np.asarray(action_value)
    cross: Array = H[state_size:, :state_size]
    return solve(H[state_size:, state_size:], cross.T).T
