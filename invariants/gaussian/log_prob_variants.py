"""Known bugs of Gaussian log-densities, as wrong versions of the oracle."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .capability import oracle_log_prob
from .density import half_log_two_pi

LOG_PROB = "gaussian_log_prob"
HALF_LOG_TWO_PI = half_log_two_pi(np.zeros(1))


def terms(mean: Array, log_std: Array, x: Array) -> Array:
    """Log N of each dimension, ``[B, D]``."""
    return np.asarray(-((x - mean) ** 2) * np.exp(-2 * log_std) / 2 - log_std - HALF_LOG_TWO_PI)


@variant(LOG_PROB, citations=("hill-a/stable-baselines#1059 (fix #1060): (a − μ)²/(2σ) and ½ log σ",))
def standard_deviation_for_variance(mean: Array, log_std: Array, actions: Array) -> Array:
    """The standard deviation is taken for the variance, as by a covariance matrix diag(σ)."""
    return oracle_log_prob(mean, log_std / 2, actions)


@variant(
    LOG_PROB,
    citations=("google-research/batch-ppo b32909d (#13): −½ (log 2π + log σ) in place of −½ log 2π − log σ",),
)
def half_of_the_log_standard_deviation(mean: Array, log_std: Array, actions: Array) -> Array:
    """The normalisation has ½ log σ, as if the logarithm were that of the variance."""
    return np.asarray(oracle_log_prob(mean, log_std, actions) + log_std.sum(axis=-1) / 2)


@variant(LOG_PROB, citations=("hill-a/stable-baselines#1058: the standard deviation was exponentiated again",))
def exponentiated_twice(mean: Array, log_std: Array, actions: Array) -> Array:
    """The standard deviation is taken for its logarithm."""
    return oracle_log_prob(mean, np.exp(log_std), actions)


@variant(LOG_PROB, citations=("nicklashansen/tdmpc2#44: summed, less the constant, and multiplied by the dimensions",))
def dimensions_multiply_the_sum(mean: Array, log_std: Array, actions: Array) -> Array:
    """The constant is subtracted once and the whole multiplied by D."""
    residual = (terms(mean, log_std, actions) + HALF_LOG_TWO_PI).sum(axis=-1)
    return np.asarray((residual - HALF_LOG_TWO_PI) * mean.shape[1])


@variant(LOG_PROB, citations=("nikhilbarhate99/PPO-PyTorch c997c1b: one covariance matrix for all rows",), row=(0, -1))
def one_covariance_for_the_batch(mean: Array, log_std: Array, actions: Array, *, row: int) -> Array:
    """Every row gets the standard deviations of one of them."""
    return oracle_log_prob(mean, np.broadcast_to(log_std[row], log_std.shape), actions)


@variant(
    LOG_PROB,
    citations=(
        "openai/spinningup, algos/tf1/trpo/core.py: (x − μ)/(exp(log σ) + 10⁻⁸)",
        "Unity-Technologies/ml-agents, trainers/torch/distributions.py: (x − μ)²/(2σ² + 10⁻⁷)",
    ),
    guard=("deviation", "variance"),
)
def guarded_by_a_small_number(mean: Array, log_std: Array, actions: Array, *, guard: str) -> Array:
    """A small number is added to σ, or to 2σ², which is no longer small where σ is e⁻¹⁰."""
    deviation = np.exp(log_std)
    square = 2 * (deviation + 1e-8) ** 2 if guard == "deviation" else 2 * deviation**2 + 1e-7
    return np.asarray((-((actions - mean) ** 2) / square - log_std - HALF_LOG_TWO_PI).sum(axis=-1))


@variant(LOG_PROB)
def half_of_the_square_missing(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: (a − μ)²/σ² without its ½."""
    return 2 * oracle_log_prob(mean, log_std, actions) - oracle_log_prob(mean, log_std, mean)


@variant(LOG_PROB)
def constant_left_out(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: without ½ log 2π, so that the density does not integrate to 1."""
    return np.asarray((terms(mean, log_std, actions) + HALF_LOG_TWO_PI).sum(axis=-1))


@variant(LOG_PROB)
def log_standard_deviation_added(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: + log σ in place of − log σ."""
    return np.asarray((terms(mean, log_std, actions) + 2 * log_std).sum(axis=-1))


@variant(LOG_PROB)
def mean_over_the_dimensions(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: averaged over the dimensions in place of summed."""
    return np.asarray(terms(mean, log_std, actions).mean(axis=-1))


@variant(LOG_PROB)
def first_dimension_alone(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: the other dimensions are lost to an index or a squeeze."""
    return terms(mean, log_std, actions)[:, 0]


@variant(LOG_PROB, by=(1, -1))
def action_of_another_row(mean: Array, log_std: Array, actions: Array, *, by: int) -> Array:
    """Control: states and actions of the batch are out of step."""
    return oracle_log_prob(mean, log_std, np.roll(actions, by, axis=0))
