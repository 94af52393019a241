"""Known bugs of squashed Gaussian log-densities, as wrong versions of the oracle."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .capability import oracle_log_prob, oracle_squashed
from .density import half_log_two_pi, inverse_tanh, log_slope
from .log_prob_variants import terms

SQUASHED = "squashed_gaussian_log_prob"


@variant(SQUASHED, citations=("google-deepmind/rlax#11: the log-determinant added in place of subtracted",))
def correction_added(mean: Array, log_std: Array, actions: Array) -> Array:
    """+ Σ log(1 − a²) in place of − Σ log(1 − a²)."""
    return np.asarray(oracle_log_prob(mean, log_std, inverse_tanh(actions)) + log_slope(actions).sum(axis=-1))


@variant(
    SQUASHED,
    citations=(
        "boyu-ai/Hands-on-RL#44: log(1 − tanh(action)² + 10⁻⁷) of an action that is a tanh already",
        "google-deepmind/rlax#54: the slope of tanh taken at the action in place of its inverse",
    ),
)
def correction_at_the_action(mean: Array, log_std: Array, actions: Array) -> Array:
    """The slope of tanh is taken at a in place of u: log(1 − tanh² a)."""
    slopes = log_slope(np.tanh(actions)).sum(axis=-1)
    return np.asarray(oracle_log_prob(mean, log_std, inverse_tanh(actions)) - slopes)


@variant(SQUASHED, citations=("pytorch/rl 01f602eaf (#1403): the safe inverse of tanh returned its argument, clamped",))
def inverse_left_out(mean: Array, log_std: Array, actions: Array) -> Array:
    """The Gaussian is evaluated at a in place of u = artanh a."""
    return np.asarray(oracle_log_prob(mean, log_std, actions) - log_slope(actions).sum(axis=-1))


@variant(SQUASHED, citations=("hwang-ua/inac_pytorch#1: a ~ N(tanh μ, σ²), corrected all the same",))
def tanh_on_the_mean(mean: Array, log_std: Array, actions: Array) -> Array:
    """Tanh is applied to the mean in place of the sample, and the correction kept."""
    return np.asarray(oracle_log_prob(np.tanh(mean), log_std, actions) - log_slope(actions).sum(axis=-1))


@variant(
    SQUASHED, citations=("ray-project/ray#14878: the Gaussian log-density of each dimension clamped to [−100, 100]",)
)
def gaussian_part_clamped(mean: Array, log_std: Array, actions: Array) -> Array:
    """No dimension counts for less than −100, so that far actions all have one density."""
    clamped = np.clip(terms(mean, log_std, inverse_tanh(actions)), -100, 100)
    return np.asarray(clamped.sum(axis=-1) - log_slope(actions).sum(axis=-1))


@variant(SQUASHED, citations=("nicklashansen/tdmpc2#44: summed, less the constant, and multiplied by the dimensions",))
def dimensions_multiply_the_sum(mean: Array, log_std: Array, actions: Array) -> Array:
    """The Gaussian's constant is subtracted once and its log-density multiplied by D."""
    constant = half_log_two_pi(mean)
    residual = (terms(mean, log_std, inverse_tanh(actions)) + constant).sum(axis=-1) - constant
    return np.asarray(residual * mean.shape[1] - log_slope(actions).sum(axis=-1))


@variant(
    SQUASHED,
    citations=("PacktPublishing/Tensorflow-2-Reinforcement-Learning-Cookbook#46: reduce_sum without axis=1",),
)
def sum_over_the_batch(mean: Array, log_std: Array, actions: Array) -> Array:
    """The sum runs over the rows of the batch as well."""
    return np.full(len(mean), oracle_squashed(mean, log_std, actions).sum())


@variant(SQUASHED)
def correction_left_out(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: the density of u in place of that of a."""
    return oracle_log_prob(mean, log_std, inverse_tanh(actions))


@variant(SQUASHED)
def half_of_the_correction(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: log 2 − u − softplus(−2u) without its factor 2."""
    return np.asarray(oracle_squashed(mean, log_std, actions) + log_slope(actions).sum(axis=-1) / 2)


@variant(SQUASHED)
def correction_of_the_first_dimension(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: the correction is not summed over the dimensions."""
    return np.asarray(oracle_squashed(mean, log_std, actions) + log_slope(actions)[:, 1:].sum(axis=-1))


@variant(SQUASHED)
def correction_without_square(mean: Array, log_std: Array, actions: Array) -> Array:
    """Control: log(1 − |a|) in place of log(1 − a²)."""
    size = np.abs(actions)
    return np.asarray(oracle_squashed(mean, log_std, actions) + np.log1p(size).sum(axis=-1))
