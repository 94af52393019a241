"""Taylor coefficients along a curve of logits, by arithmetic of truncated power series.

No derivative is taken by hand: exp and log of a series are its own recurrences (Griewank and Walther, 2008, chapter
13), and all coefficients are rational where the policy and the curve are.
"""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..domain import domain

__all__ = ["kl_series", "log_ratio_series", "probability_series"]


@domain(policy="... A in Δ", curve="K ...")
def log_ratio_series(policy: Array, curve: Array) -> Array:
    """Coefficients of t ↦ log(π_t(a) / π(a)) for π_t(a) ∝ π(a) exp(Σ_{k=1}^{K} z_k(a) tᵏ), ``[K+1, ..., A]``.

    ``policy[..., A]`` is π, ``curve[K, ..., A]`` holds z₁, …, z_K: a straight line v of logits is z₁ = v, and zeros.

    Raises
    ------
    InvalidPolicyError: a row of ``policy`` is no distribution.
    """
    curve = np.concatenate([0 * curve[:1], curve])
    mass = (policy * _exp(curve)).sum(axis=-1, keepdims=True)
    return np.asarray(curve - _log(mass))


def kl_series(policy: Array, curve: Array) -> Array:
    """Coefficients of t ↦ KL(π ‖ π_t) = −Σ_a π(a) log(π_t(a)/π(a)), ``[K+1, ...]``; the first two vanish."""
    return np.asarray(-(policy * log_ratio_series(policy, curve)).sum(axis=-1))


def probability_series(policy: Array, curve: Array) -> Array:
    """Coefficients of t ↦ π_t(a), ``[K+1, ..., A]``."""
    return np.asarray(policy * _exp(log_ratio_series(policy, curve)))


def _exp(series: Array) -> Array:
    """E = exp(Z) with Z₀ = 0, from E' = Z' E: k E_k = Σ_{j=1}^{k} j Z_j E_{k−j}."""
    result = [0 * series[0] + 1]
    for k in range(1, len(series)):
        result.append(sum(j * series[j] * result[k - j] for j in range(1, k + 1)) / k)
    return np.stack(np.broadcast_arrays(*result))


def _log(series: Array) -> Array:
    """L = log(M) with M₀ = 1, from M L' = M': k L_k = k M_k − Σ_{j=1}^{k−1} j L_j M_{k−j}."""
    result = [0 * series[0]]
    for k in range(1, len(series)):
        result.append(series[k] - sum((j * result[j] * series[k - j] for j in range(1, k)), 0 * series[0]) / k)
    return np.stack(result)
