"""Gradients from values alone: Gaussian smoothing, exact for polynomial costs, and a cost that it must not touch."""

from .estimator import (
    antithetic_mean,
    estimator_mean,
    estimator_second_moment,
    heat_series_gradient,
    optimal_shift,
    polynomial_gradient,
    smoothed_cost,
)
from .polynomial import gaussian_expectation, normal_moment, recentred, value
from .scalar_lqr import ScalarLQR

__all__ = [
    "ScalarLQR",
    "antithetic_mean",
    "estimator_mean",
    "estimator_second_moment",
    "gaussian_expectation",
    "heat_series_gradient",
    "normal_moment",
    "optimal_shift",
    "polynomial_gradient",
    "recentred",
    "smoothed_cost",
    "value",
]
