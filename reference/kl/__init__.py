"""Divergences between policies: categorical, Gaussian, along trajectories, and their Taylor expansion."""

from .categorical import InvalidDistributionError, categorical_kl
from .estimators import k1, k2, k3
from .gaussian import gaussian_kl
from .pinsker import bretagnolle_huber_bound, pinsker_bound
from .taylor import kl_gradient, kl_hessian, linear_scores, quadratic_kl, third_order_remainder, tilt
from .total_variation import maximal_coupling, total_variation
from .trajectory import average_visitation, expectation, killed_trajectory_kl, mean_kl, reachable, trajectory_kl

__all__ = [
    "InvalidDistributionError",
    "average_visitation",
    "bretagnolle_huber_bound",
    "categorical_kl",
    "expectation",
    "gaussian_kl",
    "k1",
    "k2",
    "k3",
    "killed_trajectory_kl",
    "kl_gradient",
    "kl_hessian",
    "linear_scores",
    "maximal_coupling",
    "mean_kl",
    "pinsker_bound",
    "quadratic_kl",
    "reachable",
    "third_order_remainder",
    "tilt",
    "total_variation",
    "trajectory_kl",
]
