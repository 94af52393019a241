"""Conjugate gradients for A x = b, A symmetric and positive definite, known by its products with vectors alone.

    α_k = r_kᵀr_k / p_kᵀA p_k,   x_{k+1} = x_k + α_k p_k,   r_{k+1} = r_k − α_k A p_k,
    p_{k+1} = r_{k+1} + (r_{k+1}ᵀr_{k+1} / r_kᵀr_k) p_k,    x_0 = 0,  r_0 = p_0 = b

Hestenes, Stiefel (1952), "Methods of conjugate gradients for solving linear systems", section 3.
"""

from __future__ import annotations

from collections.abc import Callable

from array_api_compat import array_namespace

from .distributions import Array

__all__ = ["conjugate_gradient"]


def conjugate_gradient(product: Callable[[Array], Array], b: Array, *, iterations: int) -> Array:
    """x_k, k = ``iterations``, where ``product(v)`` is A v; arrays of any one shape count as vectors.

    Once ‖r‖ ≤ u ‖b‖, u the unit of the dtype, x stays as it is: iterations may exceed the number of unknowns, b = 0
    gives zeros, and a singular A is no harm where b lies in its range. The number of products is ``iterations``
    whatever happens, and no number is brought to the host: on a GPU the whole solve is queued at once, and can be
    captured in a CUDA graph. b is scaled to a largest entry of 1, so that squares neither overflow nor vanish.
    """
    xp = array_namespace(b)
    largest = xp.max(xp.abs(b))
    scale = xp.where(largest > 0, largest, xp.ones_like(largest))
    x, residual = xp.zeros_like(b), b / scale
    direction, squared = residual, xp.sum(residual * residual)
    enough = squared * (xp.finfo(b.dtype).eps / 2) ** 2
    running = squared > 0
    for _ in range(iterations):
        image = product(direction)
        curvature = xp.sum(direction * image)
        running = running & (squared > enough) & (curvature > 0)
        alpha = xp.where(running, squared / xp.where(running, curvature, 1), 0)
        x = x + alpha * direction
        residual = residual - alpha * image
        following = xp.sum(residual * residual)
        direction = residual + following / xp.where(running, squared, 1) * direction
        squared = following
    return scale * x
