"""Derivatives by dual numbers: x + ẋε with ε² = 0, in the arithmetic of x and ẋ.

A program of sums, products, quotients, powers and elementary functions that is run on x + ẋε returns f(x) + f'(x)ẋ ε
(Clifford, 1873; Griewank and Walther, 2008, chapter 3). Over the rationals the derivative is exact, so a theorem about
a gradient can be checked by differentiating the objective itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import arithmetic
from .arithmetic import Array, Scalar

__all__ = ["Dual", "dual", "gradient", "solve", "tangent", "value"]


class Dual:
    """x + ẋε. Stands in NumPy object arrays, where ``np.exp``, ``np.log`` and ``np.sqrt`` find the methods here."""

    __slots__ = ("tangent", "value")

    def __init__(self, value: Scalar, tangent: Scalar) -> None:
        self.value = value
        self.tangent = tangent

    def __repr__(self) -> str:
        return f"{self.value} + {self.tangent} ε"

    def __add__(self, other: Any) -> Dual:
        return Dual(self.value + _value(other), self.tangent + _tangent(other))

    def __sub__(self, other: Any) -> Dual:
        return Dual(self.value - _value(other), self.tangent - _tangent(other))

    def __mul__(self, other: Any) -> Dual:
        x, y = self.value, _value(other)
        return Dual(x * y, self.tangent * y + x * _tangent(other))

    def __truediv__(self, other: Any) -> Dual:
        x, y = self.value, _value(other)
        return Dual(x / y, (self.tangent - x / y * _tangent(other)) / y)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.tangent)

    def __pow__(self, exponent: int) -> Dual:
        if exponent == 0:
            return Dual(self.value**0, 0 * self.tangent)
        return Dual(self.value**exponent, exponent * self.value ** (exponent - 1) * self.tangent)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Dual:
        return Dual(_value(other) - self.value, _tangent(other) - self.tangent)

    def __rtruediv__(self, other: Any) -> Dual:
        return Dual(other, 0 * self.tangent) / self

    def exp(self) -> Dual:
        """eˣ + eˣẋ ε."""
        result = arithmetic.exp(self.value).item()
        return Dual(result, result * self.tangent)

    def log(self) -> Dual:
        """Log x + ẋ/x ε."""
        return Dual(arithmetic.log(self.value).item(), self.tangent / self.value)

    def sqrt(self) -> Dual:
        """√x + ẋ/(2√x) ε."""
        result = arithmetic.sqrt(self.value).item()
        return Dual(result, self.tangent / (2 * result))


def dual(values: Array, tangents: Array) -> Array:
    """X + ẋε entry by entry; the two shapes broadcast."""
    values, tangents = np.broadcast_arrays(values, tangents)
    result = np.empty(values.size, dtype=object)
    result[:] = [Dual(x, dx) for x, dx in zip(values.flat, tangents.flat, strict=True)]
    return result.reshape(values.shape)


def value(numbers: Any) -> Array:
    """X of each x + ẋε; a plain number is its own value."""
    return _entrywise(_value, numbers)


def tangent(numbers: Any) -> Array:
    """ẋ of each x + ẋε; 0 for a plain number."""
    return _entrywise(_tangent, numbers)


def gradient(function: Callable[[Array], Any], point: Array) -> Array:
    """∂f/∂x_i at ``point``, of the shape of ``point`` followed by that of f: one run of f for each coordinate."""
    point = np.asarray(point)
    columns = []
    for index in np.ndindex(point.shape):
        direction = 0 * point
        direction[index] = direction[index] + 1
        columns.append(tangent(function(dual(point, direction))))
    return np.stack(columns).reshape(*point.shape, *columns[0].shape)


def solve(matrix: Array, right: Array) -> Array:
    """(A + Ȧε)⁻¹(b + ḃε) = x + A⁻¹(ḃ − Ȧx)ε with x = A⁻¹b, for ``matrix[n, n]`` and ``right[n]``.

    Raises
    ------
    SingularMatrixError: A is singular, or with balls could not be shown to be regular.
    """
    plain = value(matrix)
    solution = arithmetic.solve(plain, value(right))
    return dual(solution, arithmetic.solve(plain, tangent(right) - tangent(matrix) @ solution))


def _value(number: Any) -> Any:
    return number.value if isinstance(number, Dual) else number


def _tangent(number: Any) -> Any:
    return number.tangent if isinstance(number, Dual) else 0 * number


def _entrywise(part: Callable[[Any], Any], numbers: Any) -> Array:
    array = np.asarray(numbers)
    if array.dtype != object:
        return np.asarray(part(array))
    entries = [part(number) for number in array.flat]
    if any(isinstance(entry, float) for entry in entries):
        return np.array(entries, dtype=np.float64).reshape(array.shape)
    result = np.empty(array.size, dtype=object)
    result[:] = entries
    return result.reshape(array.shape)
