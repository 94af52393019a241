"""Evolution strategies: the gradient of a smoothed cost from values of the cost alone, exact for polynomials."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from .polynomial import derivative, gaussian_expectation, laplacian, product, recentred, value

__all__ = [
    "antithetic_mean",
    "estimator_mean",
    "estimator_second_moment",
    "heat_series_gradient",
    "optimal_shift",
    "polynomial_gradient",
    "smoothed_cost",
]


@domain(coefficients="...", point="d")
def polynomial_gradient(coefficients: Array, point: Array) -> Array:
    """∇C(K), ``[d]``."""
    return _vector([value(derivative(coefficients, axis), point) for axis in range(coefficients.ndim)])


@domain(coefficients="...", point="d", sigma="(0, ∞)")
def smoothed_cost(coefficients: Array, point: Array, *, sigma: Scalar) -> Scalar:
    """C_σ(K) = E C(K + σε), ε ~ N(0, I) (Nesterov and Spokoiny, 2017, section 2)."""
    return gaussian_expectation(recentred(coefficients, point, scale=sigma))


@domain(coefficients="...", point="d", sigma="(0, ∞)", shift="(-∞, ∞)")
def estimator_mean(coefficients: Array, point: Array, *, sigma: Scalar, shift: Scalar = 0) -> Array:
    """E[(C(K + σε) − b) ε]/σ, ``[d]``, ε ~ N(0, I), b = ``shift``.

    Equal to ∇C_σ(K) for every b (Stein, 1981, lemma 1). Nesterov and Spokoiny (2017), eq. 22; Salimans et al. (2017),
    section 2.

    Raises
    ------
    ValueError: σ is not positive, or ``point`` does not fit.
    """
    around = _shifted(recentred(coefficients, point, scale=sigma), shift)
    axes = range(coefficients.ndim)
    return _vector([gaussian_expectation(product(around, _coordinate(around, axis, 1))) / sigma for axis in axes])


@domain(coefficients="...", point="d", sigma="(0, ∞)", shift="(-∞, ∞)")
def estimator_second_moment(coefficients: Array, point: Array, *, sigma: Scalar, shift: Scalar = 0) -> Scalar:
    """E‖(C(K + σε) − b) ε‖²/σ²; less ‖E ĝ‖² it is the variance of one sample.

    Raises
    ------
    ValueError: σ is not positive, or ``point`` does not fit.
    """
    around = _shifted(recentred(coefficients, point, scale=sigma), shift)
    square = product(around, around)
    return _times_squared_norm(square) / (sigma * sigma)


@domain(coefficients="...", point="d", sigma="(0, ∞)")
def optimal_shift(coefficients: Array, point: Array, *, sigma: Scalar) -> Scalar:
    """b* = E[C(K + σε)‖ε‖²]/d, the b of least variance; every other b costs d (b − b*)²/σ² more.

    Greensmith, Bartlett and Baxter (2004), section 4, for the score ε/σ.
    """
    around = recentred(coefficients, point, scale=sigma)
    return _times_squared_norm(around) / coefficients.ndim


@domain(coefficients="...", point="d", sigma="(0, ∞)")
def antithetic_mean(coefficients: Array, point: Array, *, sigma: Scalar) -> Array:
    """E[(C(K + σε) − C(K − σε)) ε]/(2σ), ``[d]``: each sample is a central difference along ε.

    Salimans et al. (2017), section 2.
    """
    ahead = recentred(coefficients, point, scale=sigma)
    behind = recentred(coefficients, point, scale=-sigma)
    difference = (ahead - behind) / 2
    axes = range(coefficients.ndim)
    return _vector([gaussian_expectation(product(difference, _coordinate(ahead, axis, 1))) / sigma for axis in axes])


@domain(coefficients="...", point="d", sigma="(0, ∞)")
def heat_series_gradient(coefficients: Array, point: Array, *, sigma: Scalar) -> Array:
    """∇C_σ(K) = Σ_{k≥0} (σ²/2)ᵏ/k! ∇ΔᵏC(K), ``[d]``: C_σ is C after heat has flowed for the time σ²/2.

    So the bias of the estimator is (σ²/2) ∇ΔC + O(σ⁴), and all of it for polynomials of degree below 5. Evans (2010),
    section 2.3.
    """
    term, weight = coefficients, sigma**0
    total = 0 * polynomial_gradient(coefficients, point)
    for k in range(1, 1 + sum(coefficients.shape)):
        total = total + weight * polynomial_gradient(term, point)
        term, weight = laplacian(term), weight * sigma * sigma / (2 * k)
    return total


def _shifted(coefficients: Array, shift: Scalar) -> Array:
    result = coefficients.copy()
    result[(0,) * result.ndim] -= shift
    return result


def _coordinate(like: Array, axis: int, power: int) -> Array:
    shape = [1] * like.ndim
    shape[axis] = power + 1
    result = np.full(shape, 0 * like.flat[0], dtype=like.dtype)
    result.flat[-1] = result.flat[-1] + 1
    return result


def _times_squared_norm(coefficients: Array) -> Scalar:
    axes = range(coefficients.ndim)
    return sum(gaussian_expectation(product(coefficients, _coordinate(coefficients, axis, 2))) for axis in axes)


def _vector(entries: list[Scalar]) -> Array:
    return np.array(entries, dtype=np.float64 if isinstance(entries[0], float) else object)
