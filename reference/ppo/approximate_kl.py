"""KL(π_old ‖ π) from the log-ratios of sampled actions, three ways (Schulman, 2020, "Approximating KL divergence")."""

from __future__ import annotations

from math import factorial
from typing import Literal

import numpy as np

from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, exp, square
from ..domain import domain

__all__ = ["KLEstimator", "approximate_kl", "kl_estimates"]

KLEstimator = Literal["k1", "k2", "k3"]


@domain(log_ratio="... in [-∞, ∞)")
def kl_estimates(log_ratio: Array, *, estimator: KLEstimator) -> Array:
    """k₁ = −log ρ, k₂ = ½ log² ρ, k₃ = ρ − 1 − log ρ for actions of π_old, ``[...]``, ρ = π/π_old.

    k₁ and k₃ have the mean KL(π_old ‖ π), k₃ for π ≪ π_old; k₂ and k₃ are never negative; k₂ is biased by the third
    order. Near ρ = 1 float64 sums the series of k₃, which the difference would cancel.

    Raises
    ------
    ValueError: there is no such estimator.
    """
    log_ratio = np.asarray(log_ratio)
    if estimator == "k1":
        return np.asarray(-log_ratio)
    if estimator == "k2":
        return np.asarray(square(log_ratio) / 2)
    if estimator != "k3":
        raise ValueError(f"there is no estimator {estimator!r}: 'k1', 'k2' and 'k3' are known")
    if arithmetic_of(log_ratio) is not Arithmetic.FLOAT:
        return np.asarray(exp(log_ratio) - 1 - log_ratio)
    near = np.where(np.abs(log_ratio) < 1, log_ratio, 0)
    series = np.polynomial.polynomial.polyval(near, [1 / factorial(n + 2) for n in range(18)]) * square(near)
    return np.asarray(np.where(np.abs(log_ratio) < 1, series, np.expm1(log_ratio) - log_ratio))


@domain(log_probs="B in [-∞, ∞)", old_log_probs="B")
def approximate_kl(log_probs: Array, old_log_probs: Array, *, estimator: KLEstimator) -> Scalar:
    """(1/B) Σ_i k(log π_i − log π_old,i) for arrays ``[B]``, one number.

    Raises
    ------
    ValueError: there is no such estimator, or the batch is empty.
    """
    estimates = kl_estimates(np.asarray(log_probs) - np.asarray(old_log_probs), estimator=estimator)
    return estimates.sum() / len(estimates)
