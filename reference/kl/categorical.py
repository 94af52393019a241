"""Kullback–Leibler divergence of categorical distributions."""

from __future__ import annotations

import numpy as np
from flint import arb

from ..arithmetic import Arithmetic, Array, arithmetic_of, convert, log
from ..domain import domain
from ..tabular_mdp import validate_distribution

__all__ = ["InvalidDistributionError", "bregman", "categorical_kl"]

NEAR = 0.25
"""|u| up to which u − ln(1+u) goes by its series; beyond, the subtraction costs less than four bits."""
SERIES = 10
"""Terms of Σₖ s²ᵏ/(2k+1): at |s| ≤ 1/7, the next one is below 2⁻⁵⁹ of the sum."""


class InvalidDistributionError(ValueError):
    """The numbers given are not probability distributions; the message says which row, and why."""


@domain(p="... X in ?", q="... X in ?")
def categorical_kl(p: Array, q: Array) -> Array:
    """KL(p‖q) = Σₓ p(x) ln(p(x)/q(x)) in nats, over the last axis: ``[..., X]``, ``[..., X]`` → ``[...]``.

    0 ln 0 = 0, and +∞ where p has mass on an x that q gives none. Leading axes broadcast. Kullback and Leibler
    (1951), eq. 2.4.

    Rationals give balls, or an exact 0 where p = q. Float64 sums the non-negative terms p ln(p/q) − p + q
    = p (u − ln(1+u)), u = (q−p)/p: the same number where both rows sum to 1, and each term, hence the sum, is
    right to a relative error of at most 64·2⁻⁵³ plus the X roundings of adding up, however close p is to q.

    Raises
    ------
    InvalidDistributionError: a row of p or q is not a probability distribution.
    TypeError: floats stand beside rationals or balls.
    """
    p, q = np.asarray(p), np.asarray(q)
    arithmetic = arithmetic_of(p, q)
    p, q = (part if part.dtype.kind in "fO" else convert(part, arithmetic) for part in (p, q))
    validate_distribution(p, "p", InvalidDistributionError)
    validate_distribution(q, "q", InvalidDistributionError)
    p, q = np.broadcast_arrays(p, q)
    here, missing = p != 0, (p != 0) & (q == 0)
    both = here & ~missing
    if arithmetic is Arithmetic.FLOAT:
        terms = np.where(missing, np.inf, q)
        terms[both] = bregman(p[both], q[both])
    else:
        terms = 0 * p
        terms[missing] = arb("inf")
        terms[both] = p[both] * log(p[both] / q[both])
    return np.asarray(terms.sum(axis=-1))


def bregman(p: Array, q: Array) -> Array:
    """The term p ln(p/q) − p + q ≥ 0 for positive floats, without cancellation.

    With s = u/(2+u): ln(1+u) = 2 artanh s and u − 2s = us, so u − ln(1+u) = s (u − 2s² Σₖ s²ᵏ/(2k+3)).
    """
    difference = q - p
    near = np.abs(difference) <= NEAR * p
    u = np.divide(difference, p, out=np.zeros_like(p), where=near)
    s = u / (2 + u)
    series = np.polynomial.polynomial.polyval(s * s, 1 / np.arange(3.0, 2 * SERIES + 3, 2))
    return np.asarray(np.where(near, p * s * (u - 2 * s * s * series), difference - p * _log_ratio(q, p)))


def _log_ratio(q: Array, p: Array) -> Array:
    """ln(q/p) of positive floats, also where the quotient leaves the range of floats."""
    (q_mantissa, q_exponent), (p_mantissa, p_exponent) = np.frexp(q), np.frexp(p)
    return np.asarray(np.log(q_mantissa / p_mantissa) + (q_exponent - p_exponent) * np.log(2))
