"""``approximate_kl``: its arguments, its result, the right one, and how far rounding may take it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array, exact, floating, precision
from ...reference.ppo import KLEstimator, approximate_kl
from ..capability import Capability
from ..subject import Subject
from .strategies import Samples, samples

__all__ = ["APPROXIMATE_KL", "BITS", "estimate", "estimate_bound", "estimator_of"]

BITS = 160
PROBE = Samples(exact([0]), exact([-1]))
"""One action whose log-probability rose by 1: k₁ = −1, k₂ = 1/2, k₃ = e − 2."""
ESTIMATORS: tuple[KLEstimator, ...] = ("k1", "k2", "k3")


def oracle(log_probs: Array, old_log_probs: Array) -> Any:
    """The mean of k₃."""
    return approximate_kl(log_probs, old_log_probs, estimator="k3")


def estimator_of(subject: Subject) -> KLEstimator:
    """The estimator declared; undeclared, the one nearest on one row, which is then expected of every batch."""
    declared: KLEstimator | None = subject.conventions.get("kl_estimator")
    if declared is not None:
        return declared
    got = float(APPROXIMATE_KL.row(subject, PROBE)[0])
    right = {name: float(floating(estimate(PROBE, name))) for name in ESTIMATORS}
    return min(ESTIMATORS, key=lambda name: abs(got - right[name]) if np.isfinite(got) else 0.0)


def estimate(case: Samples, estimator: KLEstimator) -> Any:
    """The exact mean, as a rational or a ball."""
    with precision(BITS):
        return approximate_kl(*case.arrays, estimator=estimator)


def estimate_bound(case: Samples, subject: Subject, estimator: KLEstimator) -> float:
    """The mean over the rows of 2u times (B + 4) m + e, m the size of what is added and e the error of a row.

    k₁: m = |log π| + |log π_old|, which may be added up apart. k₂: m = log² ρ, with a log-ratio that is right to u
    relative, so e = 4m. k₃: m = ρ + 1 + |log ρ|, which cancel where ρ is near 1, and an exponential right to a few u
    at a log-ratio off by u |log ρ|, so e = ρ (|log ρ| + 4).
    """
    size, log_ratio = case.size, np.abs(floating(case.log_ratios))
    if estimator == "k1":
        magnitude = np.abs(floating(case.log_probs)) + np.abs(floating(case.old_log_probs))
        error = 0 * magnitude
    elif estimator == "k2":
        magnitude = log_ratio**2
        error = 4 * magnitude
    else:
        ratio = np.exp(floating(case.log_ratios))
        magnitude = ratio + 1 + log_ratio
        error = ratio * (log_ratio + 4)
    return float(2 * subject.unit_roundoff * ((size + 4) * magnitude + error).mean())


def tolerance(subject: Subject, case: Samples) -> float:
    """What rounding may do to any wrong version: 16u (80 + B) times Σ (ρ + 1/ρ + log² ρ + |log π| + |log π_old|)."""
    log_ratio = floating(case.log_ratios)
    size = np.exp(log_ratio) + np.exp(-log_ratio) + log_ratio**2 + sum(np.abs(floating(part)) for part in case.arrays)
    return float(16 * subject.unit_roundoff * (80 + case.size) * size.sum())


def arguments(case: Samples) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The two arrays."""
    return case.arrays, {}


def shapes(case: Samples) -> tuple[tuple[int, ...], ...]:
    """A number."""
    del case
    return ((),)


APPROXIMATE_KL = Capability("approximate_kl", samples, arguments, shapes, tolerance, oracle)
