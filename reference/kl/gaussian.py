"""Kullback–Leibler divergence of Gaussian policies with independent components."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, arithmetic_of, exp, square
from ..domain import domain

__all__ = ["gaussian_kl"]

NEAR = 0.5
"""|x| up to which eˣ − 1 − x goes by its series; beyond, the subtraction costs less than three bits."""
SERIES = 18
"""Terms of Σₖ 2 xᵏ/(k+2)!: at |x| ≤ 1/2, the next one is below 2⁻⁷⁰ of the sum."""


@domain(mean_p="...", log_std_p="...", mean_q="...", log_std_q="...")
def gaussian_kl(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """KL(N(μ_p, σ_p²)‖N(μ_q, σ_q²)) = Σᵢ ln(σ_q/σ_p) + (σ_p² + (μ_p − μ_q)²)/(2σ_q²) − ½, over the last axis.

    In nats, ``[..., n]`` each, broadcasting, given ln σ as policies hold it; = ‖μ_p − μ_q‖²/(2σ²) where all σ are
    equal. Computed as ½ Σᵢ (eˣ − 1 − x) + (μ_p − μ_q)² e^(−2 ln σ_q), x = 2 ln(σ_p/σ_q): a sum of non-negative
    terms, right near 0 as well. Kullback (1959), chapter 9, eq. 1.2.

    Raises
    ------
    ValueError: an argument is NaN or infinite.
    FloatingPointError: the divergence is beyond float64.
    TypeError: floats stand beside rationals or balls.
    """
    mean_p, log_std_p, mean_q, log_std_q = parts = [np.asarray(x) for x in (mean_p, log_std_p, mean_q, log_std_q)]
    arithmetic = arithmetic_of(*parts)
    with np.errstate(over="raise", under="ignore"):
        spread = 2 * (log_std_p - log_std_q)
        rest = _exponential_rest(spread) if arithmetic is Arithmetic.FLOAT else exp(spread) - 1 - spread
        return np.asarray((rest + square(mean_p - mean_q) * exp(-2 * log_std_q)).sum(axis=-1) / 2)


def _exponential_rest(x: Array) -> Array:
    """eˣ − 1 − x ≥ 0 without cancellation."""
    factors = np.cumprod(1 / np.arange(2.0, SERIES + 2))
    near = np.abs(x) <= NEAR
    small = np.where(near, x, 0.0)
    return np.where(near, small * small * np.polynomial.polynomial.polyval(small, factors), np.expm1(x) - x)
