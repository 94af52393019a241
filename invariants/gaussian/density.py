"""Densities and entropies of diagonal Gaussians, in float64 and in balls."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb

from ...reference.arithmetic import Arithmetic, Array, arithmetic_of, exp, log

__all__ = ["entropy", "half_log_two_pi", "inverse_tanh", "log_density", "log_slope", "squashed_log_density"]


def half_log_two_pi(*numbers: Array) -> Any:
    """½ log 2π, in the arithmetic of the numbers that it goes with; rationals become balls."""
    if arithmetic_of(*numbers) is Arithmetic.FLOAT:
        return 0.5 * math.log(2 * math.pi)
    return (2 * arb.pi()).log() / 2


def log_density(mean: Array, log_std: Array, x: Array) -> Array:
    """Log N(x; μ, σ²) = Σ_d −½ (x − μ)² e^(−2 log σ) − log σ − ½ log 2π: ``[B, D]`` each → ``[B]``.

    In nats, given log σ as policies hold it. Bishop (2006), "Pattern recognition and machine learning", eq. 1.46.
    """
    away = x - mean
    return np.asarray(-(away * away * exp(-2 * log_std) / 2 + log_std + half_log_two_pi(log_std)).sum(axis=-1))


def entropy(log_std: Array) -> Array:
    """Σ_d log σ + ½ log 2π + ½ in nats, ``[B, D]`` → ``[B]``. Cover and Thomas (2006), example 8.1.2."""
    return np.asarray((2 * (log_std + half_log_two_pi(log_std)) + 1).sum(axis=-1) / 2)


def squashed_log_density(mean: Array, log_std: Array, actions: Array, *, guard: Any = 0) -> Array:
    """Log π(a) = log N(u; μ, σ²) − Σ_d log(1 − a² + ε), a = tanh u, ``[B, D]`` each → ``[B]``; ε, the guard, is 0.

    Haarnoja, Zhou, Abbeel, Levine (2018), "Soft actor-critic", appendix C, eq. 21.
    """
    return np.asarray(log_density(mean, log_std, inverse_tanh(actions)) - log_slope(actions, guard=guard).sum(axis=-1))


def inverse_tanh(actions: Array) -> Array:
    """U with a = tanh u: ½ (log(1 + a) − log(1 − a))."""
    return np.asarray((log(1 + actions) - log(1 - actions)) / 2)


def log_slope(actions: Array, *, guard: Any = 0) -> Array:
    """log(1 − a² + ε): with ε = 0 that of da/du = 1 − tanh² u; 1 − a is exact near a = 1."""
    if guard == 0:
        return np.asarray(log(1 - actions) + log(1 + actions))
    return log((1 - actions) * (1 + actions) + guard)
