"""Densities integrate to 1, by a quadrature whose error is known.

The trapezoidal rule on the whole line, h Σ_k N(μ + kh), is right to 2 e^(−2π²σ²/h²) (1 + 10⁻⁶) where h ≤ 2σ: by
Poisson's summation its error is Σ_m e^(−2π²m²σ²/h²) over m ≠ 0. Stopping at |k| = n leaves out less than
erfc(n h/(σ√2)). Trefethen and Weideman (2014), "The exponentially convergent trapezoidal rule", theorem 5.1.
"""

from __future__ import annotations

import math

import numpy as np

from ...reference.arithmetic import Array, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import BISHOP_2006, GUARD, HAARNOJA_2018, LOG_PROB, SQUASHED, log_prob_bound, squashed_bound
from .density import log_density
from .strategies import Actions, Gaussians, grids

TREFETHEN_2014 = "Trefethen, Weideman (2014), The exponentially convergent trapezoidal rule, theorem 5.1"

SPACING = {"float32": 1.0, "float64": 0.7}
"""The largest h/σ: the rule is then right to 2⁻²⁷ and 2⁻⁵⁷."""
REACH = {"float32": 6.0, "float64": 9.0}
"""n h/σ at least: what is left out is below 2⁻²⁸ and 2⁻⁶¹."""


@statement(
    LOG_PROB,
    kind=Class.THEOREM,
    formula=r"h^D \sum_{k \in \mathbb Z^D} \pi(\mu + k h) = 1",
    sources=(f"{BISHOP_2006}, eq. 1.48", TREFETHEN_2014),
    rejects="constant-left-out",
    cases=grids,
)
def integrates_to_one(subject: Subject, case: Gaussians) -> Comparison:
    """The implementation's own density has the integral 1 over one or two dimensions.

    Bound: Σ h π (eᵉ − 1), e the error of the log-density at each point, and that of the quadrature.
    """
    axes, steps, missed = zip(*(_axis(*row, subject.dtype) for row in _parameters(case)), strict=True)
    points = np.stack([grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")], axis=1)
    grid = _on(case, points)
    volume = math.prod(steps)
    with np.errstate(over="ignore"):
        got = math.fsum(volume * np.exp(LOG_PROB.results(subject, grid)[0]))
    masses = volume * np.exp(log_density(*grid.arrays))
    rounding = masses @ np.expm1(log_prob_bound(grid, subject)) + 2.0**-50
    bound = rounding + math.prod(1 + each for each in missed) - 1
    return Comparison(np.asarray(got), np.ones(()), np.asarray(bound), "integral of the density and 1")


@statement(
    SQUASHED,
    kind=Class.THEOREM,
    formula=r"h \sum_k \pi(\tanh(\mu + k h)) (1 - \tanh^2(\mu + k h)) = 1",
    sources=(f"{HAARNOJA_2018}, appendix C, eq. 20", TREFETHEN_2014),
    rejects="correction-left-out",
    cases=lambda dtype: grids(dtype, squashed=True),
)
def integrates_to_one_over_the_open_interval(subject: Subject, case: Gaussians) -> Comparison:
    """The implementation's own density of a squashed action has the integral 1 over (−1, 1).

    The points a = tanh(μ + kh) are rounded, which moves each u by up to 2u|a|/(1 − a²) and the density of u by
    that times 0.25/σ². A guard ε ≤ 10⁻⁶ in log(1 − a² + ε) may take away ε/(1 − a²) of the mass at each point.
    """
    (axis, step, missed), sigma = _axis(*_parameters(case)[0], subject.dtype), np.exp(floating(case.log_std)).item()
    taken = np.tanh(axis).astype(subject.dtype).astype(float)
    grid, slope = _on(case, taken[:, None]), (1 - taken) * (1 + taken)
    with np.errstate(over="ignore"):
        got = math.fsum(step * slope * np.exp(SQUASHED.results(subject, grid)[0]))
    masses = step * np.exp(log_density(*_on(case, np.arctanh(taken)[:, None]).arrays))
    moved = 0.25 / sigma**2 * step * (2 * subject.unit_roundoff * np.abs(taken) / slope).sum()
    bound = masses @ np.expm1(squashed_bound(grid, subject)) + moved + missed + 2.0**-50
    low = 1 - float(masses @ (GUARD / slope))
    expected = np.clip(got, low, 1.0) if np.isfinite(got) else 1.0
    return Comparison(np.asarray(got), np.asarray(expected), np.asarray(bound), "integral over (−1, 1) and 1")


def _parameters(case: Gaussians) -> list[tuple[float, float]]:
    """μ and σ of each dimension of the one row."""
    return list(zip(floating(case.mean)[0], np.exp(floating(case.log_std))[0], strict=True))


def _axis(mean: float, sigma: float, dtype: str) -> tuple[Array, float, float]:
    """The points μ + kh, h a power of two, and the error of the rule on them."""
    step = 2.0 ** math.floor(math.log2(SPACING[dtype] * sigma))
    count = math.ceil(REACH[dtype] * sigma / step)
    missed = 2.001 * math.exp(-2 * (math.pi * sigma / step) ** 2) + math.erfc(count * step / sigma / math.sqrt(2))
    return mean + step * np.arange(-count, count + 1), step, missed


def _on(case: Gaussians, points: Array) -> Actions:
    """The one Gaussian at many points."""
    mean, log_std = (np.repeat(floating(array), len(points), axis=0) for array in case.arrays)
    return Actions(mean, log_std, points)
