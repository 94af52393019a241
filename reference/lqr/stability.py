"""Whether every eigenvalue lies inside the unit circle, decided without computing one."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, arithmetic_of, convert, exact, unit
from ..domain import domain

__all__ = ["UndecidedStabilityError", "characteristic_polynomial", "is_schur_stable"]


class UndecidedStabilityError(ArithmeticError):
    """A matrix of balls contains both stable and unstable matrices, or may: compute with more bits."""


@domain(matrix="n n")
def characteristic_polynomial(matrix: Array) -> Array:
    """det(zI − F) = Σ_k c_k zᵏ as c ``[n+1]``, c_n = 1, by the recursion of Faddeev and Le Verrier.

    M₁ = I,    c_{n−k} = −tr(F M_k)/k,    M_{k+1} = F M_k + c_{n−k} I.

    Gantmacher (1959), "The theory of matrices", chapter IV.
    """
    array = np.asarray(matrix)
    size, one = len(array), unit(arithmetic_of(array))
    identity = convert(np.eye(size, dtype=int), arithmetic_of(array))
    coefficients = [one]
    power = identity
    for k in range(1, size + 1):
        product = array @ power
        coefficients.append(-np.trace(product) / (one * k))
        power = product + coefficients[-1] * identity
    return np.array(coefficients[::-1])


@domain(matrix="n n")
def is_schur_stable(matrix: Array) -> bool:
    """ρ(F) < 1, by the recursion of Schur (1918), Cohn (1922) and Jury (1964) on p(z) = det(zI − F).

    p of degree n is stable iff |c₀| < |c_n| and (c_n p(z) − c₀ zⁿ p(1/z))/z, of degree n−1, is. The answer is
    certain: floats are taken for the rationals that they are.

    Raises
    ------
    UndecidedStabilityError: the matrix holds balls that are too wide for an answer.
    """
    array = np.asarray(matrix)
    polynomial = characteristic_polynomial(exact(array) if arithmetic_of(array) is Arithmetic.FLOAT else array)
    while len(polynomial) > 1:
        last, first = polynomial[0], polynomial[-1]
        if abs(last) >= abs(first):
            return False
        if not abs(last) < abs(first):
            raise UndecidedStabilityError(f"|{last}| < |{first}| is open at this precision")
        polynomial = ((first * polynomial - last * polynomial[::-1]) / first)[1:]
    return True
