"""The four capabilities of diagonal Gaussians: what is right, and how far rounding may take it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array, ball, floating, precision
from ...reference.kl import gaussian_kl
from ..capability import Capability
from ..subject import Subject
from .density import entropy, log_density, squashed_log_density
from .strategies import Actions, Gaussians, Pairs, actions, gaussians, pairs, squashed_actions

__all__ = [
    "ENTROPY",
    "GUARD",
    "KL",
    "LOG_PROB",
    "SQUASHED",
    "entropy_bound",
    "exact_entropy",
    "exact_kl",
    "exact_log_prob",
    "kl_bound",
    "log_prob_bound",
    "squashed_bound",
]

BITS = 160
BISHOP_2006 = "Bishop (2006), Pattern recognition and machine learning"
COVER_THOMAS_2006 = "Cover, Thomas (2006), Elements of information theory"
KULLBACK_1959 = "Kullback (1959), Information theory and statistics"
HAARNOJA_2018 = "Haarnoja, Zhou, Abbeel, Levine (2018), Soft actor-critic"
SEAM = "the seam: distributions are per row, summed over the dimensions of the action"

GUARD = 1e-6
"""The largest ε that reputable code adds to 1 − a² before it takes the logarithm, or keeps |a| away from 1."""


def exact_log_prob(case: Actions) -> Array:
    """Log N(a; μ, σ²) as balls, ``[B]``."""
    with precision(BITS):
        return ball(log_density(*case.arrays))


def exact_entropy(case: Gaussians) -> Array:
    """The entropy as balls, ``[B]``."""
    with precision(BITS):
        return ball(entropy(case.log_std))


def exact_kl(case: Pairs) -> Array:
    """KL(p‖q) as balls, ``[B]``."""
    with precision(BITS):
        return ball(gaussian_kl(*case.arrays))


def log_prob_bound(case: Actions, subject: Subject) -> Array:
    """Σ_d ½z² u(16 + 2|log σ|) + 8u(|log σ| + 1), and 2Du times the sum of all magnitudes, ``[B]``; z = (a − μ)/σ.

    a − μ is right to u; exp(log σ), its inverse or its square to a few u, or u |log σ| where exp goes by powers of
    2; squaring doubles it. log exp(log σ) is right to a few u beside u |log σ|. Adding 3D terms rounds each sum.
    """
    mean, log_std, taken = (floating(array) for array in case.arrays)
    return _normal_bound((taken - mean) ** 2 * np.exp(-2 * log_std), log_std, subject)


def _normal_bound(squares: Array, log_std: Array, subject: Subject) -> Array:
    u, size, dimensions = subject.unit_roundoff, np.abs(log_std), log_std.shape[1]
    each = squares / 2 * (16 + 2 * size) + 8 * (size + 1)
    return np.asarray(u * (each + 2 * dimensions * (squares / 2 + size + 1)).sum(axis=-1))


def entropy_bound(case: Gaussians, subject: Subject) -> Array:
    """Σ_d (8 + 2D) u (|log σ| + 3/2), ``[B]``: log exp(log σ) to a few u, and D additions."""
    size = np.abs(floating(case.log_std)) + 1.5
    return np.asarray((8 + 2 * size.shape[1]) * subject.unit_roundoff * size.sum(axis=-1))


def kl_bound(case: Pairs, subject: Subject) -> Array:
    """Σ_d ½(v + t) u(20 + 4L) + 8u(L + 1), and 2Du times the sum of all magnitudes, ``[B]``.

    v = (σ_p/σ_q)², t = (μ_p − μ_q)²/σ_q², L = |log σ_p| + |log σ_q|. The terms ½(v − 1 + t) and log σ_q − log σ_p
    cancel where p is near q: the bound is absolute, relative to the terms and not to their sum.
    """
    mean_p, log_std_p, mean_q, log_std_q = (floating(array) for array in case.arrays)
    terms = (np.exp(2 * (log_std_p - log_std_q)) + (mean_p - mean_q) ** 2 * np.exp(-2 * log_std_q)) / 2
    size, dimensions = np.abs(log_std_p) + np.abs(log_std_q), log_std_p.shape[1]
    each = terms * (20 + 4 * size) + 8 * (size + 1)
    return np.asarray(subject.unit_roundoff * (each + 2 * dimensions * (terms + size + 1)).sum(axis=-1))


def squashed_bound(case: Actions, subject: Subject) -> Array:
    """The bound of log N at u = atanh a, what the error of u does to it, and that of log(1 − a²), ``[B]``.

    atanh a is right to δ = 4u(1 + |u|): a is given exactly, and 1 − a is exact near 1, so the slope 1/(1 − a²) of
    atanh enlarges nothing. z²/2 moves by |z|δ/σ + ½(δ/σ)². In log(1 − a²) the square a² is rounded to u a², or
    tanh u to u, which 1/(1 − a²) enlarges: 4u/(1 − a²); 2(log 2 − u − softplus(−2u)) is right to 4δ. Where
    4u/(1 − a²) is no longer small, the logarithm moves by log(1 + 4u/(1 − a²)), or down to the last bit, ε = u.
    """
    mean, log_std, taken = (floating(array) for array in case.arrays)
    u = subject.unit_roundoff
    inverse, slope = np.arctanh(taken), (1 - taken) * (1 + taken)
    deviation = np.exp(-log_std)
    z, delta = np.abs(inverse - mean) * deviation, 4 * u * (1 + np.abs(inverse))
    moved = z * delta * deviation + (delta * deviation) ** 2 / 2
    relative = 4 * u / slope
    curve = np.where(relative < 0.5, -np.log1p(-np.minimum(relative, 0.5)), relative)
    corrections = curve + 4 * delta + 4 * u * np.abs(np.log(slope))
    adding = 2 * taken.shape[1] * u * np.abs(np.log(slope)).sum(axis=-1)
    return np.asarray(_normal_bound(z * z, log_std, subject) + (moved + corrections).sum(axis=-1) + adding)


def oracle_log_prob(mean: Array, log_std: Array, actions: Array) -> Array:
    """Log N(a; μ, σ²) in float64."""
    return log_density(mean, log_std, actions)


def oracle_entropy(mean: Array, log_std: Array) -> Array:
    """The entropy in float64; the mean does not matter."""
    del mean
    return entropy(log_std)


def oracle_kl(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """KL(p‖q) in float64."""
    return gaussian_kl(mean_p, log_std_p, mean_q, log_std_q)


def oracle_squashed(mean: Array, log_std: Array, actions: Array) -> Array:
    """Log π(a) of a = tanh u, u ~ N(μ, σ²), in float64."""
    return squashed_log_density(mean, log_std, actions)


def any_version(subject: Subject, *, places: tuple[Array, ...], log_stds: tuple[Array, ...]) -> Array:
    """64u D Σ_d (1 + spread²)(1 + e^(−4 log σ))(1 + |log σ|) a row: squares over σ, σ² or σ⁴, and their products."""
    spread = np.ptp(np.stack([floating(place) for place in places]), axis=0) ** 2
    size = sum(np.exp(-4 * floating(log_std)) + np.exp(2 * np.abs(floating(log_std))) for log_std in log_stds)
    weight = (1 + spread) * np.asarray(size) * (1 + sum(np.abs(floating(log_std)) for log_std in log_stds))
    return np.asarray(64 * subject.unit_roundoff * weight.shape[1] * weight.sum(axis=-1))


def any_log_prob(subject: Subject, case: Actions) -> Array:
    """Of log-densities."""
    return any_version(subject, places=(case.mean, case.actions, 0 * case.mean), log_stds=(case.log_std,))


def any_entropy(subject: Subject, case: Gaussians) -> Array:
    """Of entropies: 64u D Σ_d (2 + |μ| + |log σ|)² (1 + σ⁻²)."""
    log_std = floating(case.log_std)
    size = (2 + np.abs(floating(case.mean)) + np.abs(log_std)) ** 2 * (1 + np.exp(-2 * log_std))
    return np.asarray(64 * subject.unit_roundoff * size.shape[1] * size.sum(axis=-1))


def any_kl(subject: Subject, case: Pairs) -> Array:
    """Of divergences."""
    return any_version(subject, places=(case.mean_p, case.mean_q), log_stds=(case.log_std_p, case.log_std_q))


def any_squashed(subject: Subject, case: Actions) -> Array:
    """Of squashed log-densities: as before, with the guard ε/(1 − a²) on top."""
    taken = floating(case.actions)
    inverse = np.arctanh(taken)
    rounding = any_version(subject, places=(floating(case.mean), inverse, taken), log_stds=(case.log_std,))
    return np.asarray(rounding + (2 * GUARD / ((1 - taken) * (1 + taken))).sum(axis=-1))


def rows(case: Any) -> tuple[tuple[int, ...], ...]:
    """One number a row."""
    return ((case.size,),)


LOG_PROB = Capability("gaussian_log_prob", actions, lambda case: (case.arrays, {}), rows, any_log_prob, oracle_log_prob)
ENTROPY = Capability("gaussian_entropy", gaussians, lambda case: (case.arrays, {}), rows, any_entropy, oracle_entropy)
KL = Capability("gaussian_kl", pairs, lambda case: (case.arrays, {}), rows, any_kl, oracle_kl)
SQUASHED = Capability(
    "squashed_gaussian_log_prob",
    squashed_actions,
    lambda case: (case.arrays, {}),
    rows,
    any_squashed,
    oracle_squashed,
)
