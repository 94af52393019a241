"""Known bugs of Gaussian entropies, as wrong versions of the oracle."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .capability import oracle_entropy, oracle_log_prob
from .density import half_log_two_pi

ENTROPY = "gaussian_entropy"
CONSTANT = half_log_two_pi(np.zeros(1)) + 0.5
"""½ log 2πe."""


@variant(
    ENTROPY,
    citations=("JuliaReinforcementLearning/ReinforcementLearningZoo.jl#169: (log 2π + 1)/2 not times D",),
)
def constant_counted_once(mean: Array, log_std: Array) -> Array:
    """½ log 2πe is added once, whatever the number of dimensions."""
    del mean
    return np.asarray(CONSTANT + log_std.sum(axis=-1))


@variant(
    ENTROPY,
    citations=("ikostrikov/pytorch-a2c-ppo-acktr-gail 2fc89f2 (#25): ½ + log 2π + the log-probability of the action",),
    at=("zero", "mean"),
)
def made_of_a_log_density(mean: Array, log_std: Array, *, at: str) -> Array:
    """½ + log 2π + log π(a), so that a bonus for entropy raises the probability of the action taken."""
    return np.asarray(2 * CONSTANT - 0.5 + oracle_log_prob(mean, log_std, mean if at == "mean" else 0 * mean))


@variant(ENTROPY, citations=("ray-project/ray#6393 (fix #6475): ½ log σ + ½ log 2πe, brought in by #2968",))
def half_of_the_log_standard_deviation(mean: Array, log_std: Array) -> Array:
    """½ log σ, as if the logarithm were that of the variance."""
    del mean
    return np.asarray((log_std / 2 + CONSTANT).sum(axis=-1))


@variant(ENTROPY, citations=("Unity-Technologies/ml-agents#4319: log(2πeσ), not halved and σ not squared",))
def half_missing_and_not_squared(mean: Array, log_std: Array) -> Array:
    """log(2πeσ) in place of ½ log(2πeσ²)."""
    del mean
    return np.asarray((log_std + 2 * CONSTANT).sum(axis=-1))


@variant(
    ENTROPY,
    citations=("Unity-Technologies/ml-agents#3684: ½ mean(log 2πe + (log σ)²), square in the wrong place",),
    reduction=("sum", "mean over all"),
)
def square_of_the_logarithm(mean: Array, log_std: Array, *, reduction: str) -> Array:
    """(log σ)² in place of log σ²."""
    del mean
    each = CONSTANT + log_std**2 / 2
    return np.asarray(each.sum(axis=-1) if reduction == "sum" else np.full(len(each), each.mean()))


@variant(
    ENTROPY,
    citations=("Unity-Technologies/ml-agents, trainers/torch/distributions.py: GaussianDistInstance.entropy, dim=1",),
)
def mean_over_the_dimensions(mean: Array, log_std: Array) -> Array:
    """Averaged over the dimensions in place of summed."""
    del mean
    return np.asarray((CONSTANT + log_std).mean(axis=-1))


@variant(
    ENTROPY,
    citations=("andrewliao11/pytorch-a3c-mujoco#2: log(2π + σ²) + 1, with a minus and for the product",),
    sign=(1.0, -1.0),
)
def sum_for_product_in_the_logarithm(mean: Array, log_std: Array, *, sign: float) -> Array:
    """½ (log(2π + σ²) + 1) in place of ½ (log 2πσ² + 1), or its negative."""
    del mean
    return np.asarray(sign * (np.log(2 * np.pi + np.exp(2 * log_std)) + 1).sum(axis=-1) / 2)


@variant(
    ENTROPY,
    citations=("rlworkgroup/garage 26c14a3e (#368), c4b49939 (#579): the negative log-likelihood without its minus",),
)
def log_likelihood_without_its_sign(mean: Array, log_std: Array) -> Array:
    """The mean log-density in place of its negative, so that a bonus for entropy takes entropy away."""
    return -oracle_entropy(mean, log_std)


@variant(ENTROPY)
def mean_over_the_batch(mean: Array, log_std: Array) -> Array:
    """Control: every row gets the mean of all rows."""
    sums = oracle_entropy(mean, log_std)
    return np.full(len(sums), sums.mean())


@variant(ENTROPY)
def half_left_out(mean: Array, log_std: Array) -> Array:
    """Control: log σ + ½ log 2π, without the ½ that the mean of ½z² is."""
    return np.asarray(oracle_entropy(mean, log_std) - mean.shape[1] / 2)
