"""Importance weights and what they cost in variance."""

from __future__ import annotations

import numpy as np
from flint import arb

from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, ball, log, square
from ..domain import domain

__all__ = [
    "MissingSupportError",
    "chi_square",
    "importance_weights",
    "renyi_two",
    "truncated",
    "weighted_second_moment",
]


class MissingSupportError(ValueError):
    """The target gives probability to what the sampling distribution never yields: no weight makes up for it."""


@domain(target="... A in Δ", sampling="... A in Δ")
def importance_weights(target: Array, sampling: Array) -> Array:
    """w(a) = π(a)/q(a) ``[..., A]``, and 0 where both are 0 (Kahn and Marshall, 1953).

    Raises
    ------
    MissingSupportError: π(a) > 0 = q(a) somewhere.
    InvalidPolicyError: a row is no distribution.
    """
    pi, q = np.asarray(target), np.asarray(sampling)
    never = q == 0
    if np.any(never & (pi > 0)):
        where = tuple(int(i) for i in np.argwhere(never & (pi > 0))[0])
        raise MissingSupportError(f"the target has probability {pi[where]} at {where}, the sampling distribution 0")
    return np.asarray(np.where(never, 0 * q, pi / (q + never)))


@domain(weights="... in [0, ∞)", level="[0, ∞]")
def truncated(weights: Array, level: Scalar) -> Array:
    """min(w̄, w), entry by entry; of balls, a ball that contains it.

    Ionides (2008), "Truncated importance sampling".
    """
    w = np.asarray(weights)
    if arithmetic_of(w, level) is not Arithmetic.BALL:
        return np.asarray(np.minimum(w, level))
    return np.array([entry.min(ball(level).item()) for entry in ball(w).flat], dtype=object).reshape(w.shape)


def weighted_second_moment(target: Array, sampling: Array) -> Scalar:
    """E_q[w²] = Σ_a π(a)²/q(a) over the support of q, ``[...]`` (Metelli et al., 2018, section 3)."""
    return (np.asarray(sampling) * square(importance_weights(target, sampling))).sum(axis=-1)


@domain(target="A", sampling="A")
def chi_square(target: Array, sampling: Array) -> Scalar:
    """χ²(π‖q) = Σ_a (π(a) − q(a))²/q(a); +∞ (in rationals: a ball) where π(a) > 0 = q(a).

    π and q are one distribution each, ``[A]``. Summed as squares, so that it loses no digits where π is near q.
    Tsybakov (2009), "Introduction to nonparametric estimation", section 2.4.
    """
    pi, q = np.asarray(target), np.asarray(sampling)
    try:
        importance_weights(pi, q)
    except MissingSupportError:
        return np.inf if arithmetic_of(pi, q) is Arithmetic.FLOAT else arb.pos_inf()
    difference = pi - q
    return (difference * difference / (q + (q == 0))).sum()


@domain(target="A", sampling="A")
def renyi_two(target: Array, sampling: Array) -> Scalar:
    """D₂(π‖q) = log Σ_a π(a)²/q(a), the Rényi divergence of order 2, in nats; for π, q ``[A]``.

    Metelli, Papini, Faccio and Restelli (2018), "Policy optimization via importance sampling", section 3.
    """
    return log(np.asarray(weighted_second_moment(target, sampling))).item()
