"""Polynomials in d variables as arrays of coefficients, and their expectations under a normal law.

``coefficients[i, …, j]`` is the coefficient of K₁ⁱ ⋯ K_dʲ; an array of d axes.
"""

from __future__ import annotations

from math import comb, prod

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["derivative", "gaussian_expectation", "laplacian", "normal_moment", "product", "recentred", "value"]


@domain(coefficients="...", point="d")
def value(coefficients: Array, point: Array) -> Scalar:
    """C(K) at ``point[d]``."""
    _refuse_point(coefficients, point)
    result = coefficients
    for x in point:
        result = sum(result[i] * x**i for i in range(len(result)))
    return result


@domain(coefficients="...", point="d", scale="(-∞, ∞)")
def recentred(coefficients: Array, point: Array, *, scale: Scalar) -> Array:
    """The coefficients in ε of C(K + σε), of the shape given: Σ_{i≥k} c_i (i over k) Kⁱ⁻ᵏ σᵏ along every axis.

    Raises
    ------
    ValueError: ``point`` has not one entry for each axis.
    """
    _refuse_point(coefficients, point)
    result = coefficients
    for axis, x in enumerate(point):
        front = np.moveaxis(result, axis, 0)
        degree = len(front)
        rows = [sum(front[i] * (comb(i, k) * x ** (i - k)) for i in range(k, degree)) * scale**k for k in range(degree)]
        result = np.moveaxis(np.stack(rows), 0, axis)
    return result


def derivative(coefficients: Array, axis: int) -> Array:
    """∂C/∂K_axis, of the shape given."""
    front = np.moveaxis(coefficients, axis, 0)
    rows = [front[i + 1] * (i + 1) for i in range(len(front) - 1)]
    return np.moveaxis(np.stack([*rows, 0 * front[0]]), 0, axis)


def laplacian(coefficients: Array) -> Array:
    """ΔC = Σ_axis ∂²C/∂K²_axis, of the shape given."""
    return np.asarray(sum(derivative(derivative(coefficients, axis), axis) for axis in range(coefficients.ndim)))


def product(left: Array, right: Array) -> Array:
    """The coefficients of the product of two polynomials in the same variables."""
    shape = [n + m - 1 for n, m in zip(left.shape, right.shape, strict=True)]
    result = np.full(shape, 0 * left.flat[0] * right.flat[0], dtype=left.dtype)
    for index in np.ndindex(left.shape):
        window = tuple(slice(i, i + m) for i, m in zip(index, right.shape, strict=True))
        result[window] = result[window] + left[index] * right
    return result


@domain(order="≥ 0")
def normal_moment(order: int) -> int:
    """E εⁿ for ε ~ N(0, 1): (n − 1)(n − 3) ⋯ 1 for even n, 0 for odd n."""
    return 0 if order % 2 else prod(range(order - 1, 0, -2))


@domain(coefficients="...")
def gaussian_expectation(coefficients: Array) -> Scalar:
    """E C(ε) for ε ~ N(0, I): the coordinates are independent, so moments multiply."""
    result = coefficients
    for _ in range(coefficients.ndim):
        result = sum(result[i] * normal_moment(i) for i in range(len(result)))
    return result


def _refuse_point(coefficients: Array, point: Array) -> None:
    if len(point) != coefficients.ndim:
        raise ValueError(f"a polynomial in {coefficients.ndim} variables is not evaluated at {len(point)} numbers")
