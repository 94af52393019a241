"""Known bugs of conjugate gradients, as wrong versions of the oracle."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .capability import CONJUGATE_GRADIENT

METHOD = "conjugate_gradient"
right_answer = CONJUGATE_GRADIENT.oracle


@variant(
    METHOD,
    citations=("HyperGAN/HyperGAN#255: the residual is set to b although the start is not zero",),
    start=("right-hand side", "ones", "noise"),
)
def residual_ignores_the_start(matrix: Array, right: Array, *, iterations: int, start: str) -> Array:
    """The iteration begins at a point other than zero, with the residual of zero."""
    noise = 1e-4 * np.cos(1.0 + np.arange(len(right)))
    begin = {"right-hand side": right, "ones": np.ones(len(right)), "noise": noise}[start]
    return np.asarray(begin + right_answer(matrix, right, iterations=iterations))


@variant(
    METHOD,
    citations=(
        "boyu-ai/Hands-on-RL#108: alpha = rr / pᵀHp without a guard",
        "rll/rllab#24: NaN parameters where the gradient vanishes",
    ),
    stop=(0.0, 1e-10),
)
def no_stop_at_a_zero_residual(matrix: Array, right: Array, *, iterations: int, stop: float) -> Array:
    """Nothing ends the iteration where the residual is zero, or nothing does so before the first step: 0/0."""
    x, residual, direction = np.zeros(len(right)), right.copy(), right.copy()
    for _ in range(iterations):
        image = matrix @ direction
        squared = residual @ residual
        alpha = squared / (direction @ image)
        x = x + alpha * direction
        residual = residual - alpha * image
        if residual @ residual < stop:
            break
        direction = residual + residual @ residual / squared * direction
    return np.asarray(x)


@variant(METHOD)
def one_iteration_short(matrix: Array, right: Array, *, iterations: int) -> Array:
    """Control: the iterate before the last one."""
    return np.asarray(right_answer(matrix, right, iterations=iterations - 1))


@variant(METHOD)
def residual_not_updated(matrix: Array, right: Array, *, iterations: int) -> Array:
    """Control: every step goes along b by what is best from zero."""
    curvature = right @ matrix @ right
    return np.asarray(iterations * (right @ right) / curvature * right if curvature > 0 else 0 * right)


@variant(METHOD)
def directions_not_conjugate(matrix: Array, right: Array, *, iterations: int) -> Array:
    """Control: steepest descent, without β."""
    x = np.zeros(len(right))
    for _ in range(iterations):
        residual = right - matrix @ x
        if np.abs(residual).max() <= 2.0**-50 * np.abs(right).max():
            break
        x = x + (residual @ residual) / (residual @ matrix @ residual) * residual
    return x


@variant(METHOD)
def step_of_unit_curvature(matrix: Array, right: Array, *, iterations: int) -> Array:
    """Control: α = rᵀr / pᵀp, as if A were the identity."""
    x, residual = np.zeros(len(right)), right.copy()
    direction = residual
    for _ in range(iterations):
        squared = residual @ residual
        if not 0 < squared < 1e60:
            break
        alpha = squared / (direction @ direction)
        x = x + alpha * direction
        residual = residual - alpha * (matrix @ direction)
        direction = residual + residual @ residual / squared * direction
    return x


@variant(METHOD)
def guard_as_large_as_the_curvature(matrix: Array, right: Array, *, iterations: int) -> Array:
    """Control: α = rᵀr / (pᵀAp + 1/10)."""
    x, residual, direction = np.zeros(len(right)), right.copy(), right.copy()
    for _ in range(iterations):
        squared = residual @ residual
        if squared == 0:
            break
        image = matrix @ direction
        alpha = squared / (direction @ image + 0.1)
        x = x + alpha * direction
        residual = residual - alpha * image
        direction = residual + residual @ residual / squared * direction
    return x


@variant(METHOD)
def damping_added_again(matrix: Array, right: Array, *, iterations: int) -> Array:
    """Control: the system that is solved has 1/10 more on its diagonal."""
    return np.asarray(right_answer(matrix + 0.1 * np.eye(len(right)), right, iterations=iterations))


@variant(METHOD)
def one_unknown_after_another(matrix: Array, right: Array, *, iterations: int) -> Array:
    """Control: Gauss and Seidel's sweeps, which depend on the order of the unknowns."""
    x = np.zeros(len(right))
    for _ in range(iterations):
        for row in range(len(right)):
            x[row] += (right[row] - matrix[row] @ x) / matrix[row, row]
    return x
