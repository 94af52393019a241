"""The method of conjugate gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, solve
from ..domain import domain

__all__ = ["NotPositiveDefiniteError", "conjugate_gradient", "energy_error", "krylov_minimiser"]


class NotPositiveDefiniteError(ArithmeticError):
    """A search direction p has pᵀAp ≤ 0, or, with balls, pᵀAp could not be shown to be positive."""


@domain(right="n", iterations="≥ 0", start="n")
def conjugate_gradient(
    product: Callable[[Array], Array], right: Array, *, iterations: int, start: Array | None = None
) -> Array:
    """The iterate x_k after k = ``iterations`` steps for A x = b, where ``product`` maps v to A v; ``[n]``.

    α = rᵀr / pᵀAp; x ← x + α p; r ← r − α A p; p ← r + (r_newᵀr_new / rᵀr) p, from p = r = b − A x₀, and x₀ = 0 unless
    ``start`` says otherwise. Stops at a zero residual, so that b = 0 gives zeros and k may exceed n; in float64 at one
    of 2⁻⁵² max|b|, below which the recurrence for r has parted from b − A x. A may be singular and positive
    semi-definite if b is in its range. Hestenes and Stiefel (1952), eq. 3:1.

    Raises
    ------
    NotPositiveDefiniteError: A is not positive definite along a search direction.
    ValueError: the number of iterations is negative.
    """
    x = 0 * right if start is None else start
    residual = right if start is None else right - product(start)
    direction, squared = residual, residual @ residual
    negligible = np.abs(right).max() * 2.0**-52 if arithmetic_of(right) is Arithmetic.FLOAT else 0
    for _ in range(iterations):
        if np.maximum.reduce(abs(residual)) <= negligible:
            break
        image = product(direction)
        curvature = direction @ image
        if not curvature > 0:
            raise NotPositiveDefiniteError(f"pᵀAp is {curvature} along a search direction")
        x = x + squared / curvature * direction
        residual = residual - squared / curvature * image
        following = residual @ residual
        direction, squared = residual + following / squared * direction, following
    return np.asarray(x)


@domain(matrix="n n", right="n", k="≥ 0")
def krylov_minimiser(matrix: Array, right: Array, k: int) -> Array:
    """Argmin {½xᵀAx − bᵀx : x in span(b, A b, …, Aᵏ⁻¹ b)}, ``[n]``, by one linear solve over an orthogonal basis.

    What k steps of conjugate gradients from 0 find (Hestenes and Stiefel, 1952, section 4), by another route.
    """
    basis: list[Array] = []
    power = right
    for _ in range(k):
        for vector in basis:
            power = power - (vector @ power) / (vector @ vector) * vector
        if np.all(power == 0):
            break
        basis.append(power)
        power = matrix @ power
    if not basis:
        return np.asarray(0 * right)
    columns = np.stack(basis, axis=1)
    return np.asarray(columns @ solve(columns.T @ matrix @ columns, columns.T @ right))


@domain(matrix="n n", x="n", solution="n")
def energy_error(matrix: Array, x: Array, solution: Array) -> Scalar:
    """‖x − x*‖²_A = (x − x*)ᵀ A (x − x*): what conjugate gradients minimise; x* is the ``solution``.

    Nocedal and Wright (2006), "Numerical optimization", section 5.1.
    """
    error = x - solution
    return error @ matrix @ error
