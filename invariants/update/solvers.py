"""How far from the solution the iterative solvers of reputable TRPO code stop on purpose."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array

__all__ = ["solver_slack"]

ITERATIONS = 10


def solver_slack(weights: Array, policy: Array, gradient: Array, damping: float, max_kl: float, change: Array) -> float:
    """The largest Fisher norm of what two ways of conjugate gradients miss of ``change[S, A]``, in float64.

    Both take 10 iterations. One stops at a squared residual of 10⁻¹⁰ (baselines, rllab), the other adds 10⁻⁸ to each
    denominator (Spinning Up). Neither counts beside gradients that are large.
    """
    mass = weights[:, None] * policy
    slacks = []
    for tolerance, guard in ((1e-10, 0.0), (0.0, 1e-8)):
        x = _iterate(weights, policy, gradient, damping, tolerance, guard)
        curvature = (x * _product(weights, policy, x, damping)).sum()
        if not np.isfinite(curvature + guard) or curvature + guard <= 0:
            return np.inf
        step = np.sqrt(2 * max_kl / (curvature + guard)) * x
        missed = step - (policy * step).sum(axis=-1, keepdims=True) - change
        slacks.append(float(np.sqrt((mass * missed**2).sum())))
    return max(slacks)


def _iterate(weights: Array, policy: Array, gradient: Array, damping: float, tolerance: float, guard: float) -> Array:
    """Conjugate gradients as those code bases write them."""
    x, residual, direction = np.zeros_like(gradient), gradient, gradient
    squared = (gradient**2).sum()
    for _ in range(ITERATIONS):
        image = _product(weights, policy, direction, damping)
        curvature = (direction * image).sum() + guard
        if curvature <= 0:
            break
        x = x + squared / curvature * direction
        residual = residual - squared / curvature * image
        following = (residual**2).sum()
        if following < tolerance or following == 0:
            break
        direction, squared = residual + following / (squared + guard) * direction, following
    return x


def _product(weights: Array, policy: Array, vector: Array, damping: float) -> Array:
    mean = (policy * vector).sum(axis=-1, keepdims=True)
    return np.asarray(weights[:, None] * policy * (vector - mean) + damping * vector)
