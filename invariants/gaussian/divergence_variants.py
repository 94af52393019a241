"""Known bugs of divergences of Gaussians, as wrong versions of the oracle."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .capability import oracle_kl

KL = "gaussian_kl"


def terms(
    mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array, *, in_logarithm: float = 0, in_variance: float = 0
) -> Array:
    """KL of each dimension, ``[B, D]``: log(σ_q/σ_p + ε) + (σ_p² + (μ_p − μ_q)²)/(2(σ_q² + ε')) − ½."""
    variance_p, variance_q = np.exp(2 * log_std_p), np.exp(2 * log_std_q)
    ratio = np.exp(log_std_q - log_std_p)
    spread = (variance_p + (mean_p - mean_q) ** 2) / (2 * (variance_q + in_variance))
    return np.asarray(np.log(ratio + in_logarithm) + spread - 0.5)


@variant(
    KL,
    citations=(
        "vwxyzjn/cleanrl 7dc0baef: KL(new‖old) in the auxiliary phase of PPG",
        "tensorforce/tensorforce#107: distribution and previous distribution swapped",
    ),
)
def direction_reversed(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """KL(q‖p) in place of KL(p‖q)."""
    return oracle_kl(mean_q, log_std_q, mean_p, log_std_p)


@variant(KL, citations=("tensorforce/tensorforce#105, #101: the reported divergence is always 0",))
def distribution_compared_with_itself(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """KL(p‖p) in place of KL(p‖q)."""
    del mean_q, log_std_q
    return oracle_kl(mean_p, log_std_p, mean_p, log_std_p)


@variant(
    KL,
    citations=("PacktPublishing/Deep-Reinforcement-Learning-Hands-On#17: σ_p² + ((μ_p − μ_q)²/(2σ_q²)) − ½",),
)
def variance_outside_the_fraction(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """A misplaced parenthesis: σ_p² is not divided by 2σ_q²."""
    away = (mean_p - mean_q) ** 2 * np.exp(-2 * log_std_q) / 2
    return np.asarray((log_std_q - log_std_p + np.exp(2 * log_std_p) + away - 0.5).sum(axis=-1))


@variant(
    KL,
    citations=(
        "Denys88/rl_games, algos_torch/torch_ext.py, policy_kl: log(σ_q/σ_p + 10⁻⁵) and 2(σ_q² + 10⁻⁵)",
        "leggedrobotics/rsl_rl, algorithms/ppo.py: log(σ/σ_old + 10⁻⁵)",
        "rll/rllab, distributions/diagonal_gaussian.py: 2σ² + 10⁻⁸; openai/spinningup, tf1/trpo/core.py: σ² + 10⁻⁸",
    ),
    guards=((1e-5, 1e-5), (1e-5, 0.0), (0.0, 1e-8), (0.0, 5e-9)),
)
def guarded_by_a_small_number(
    mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array, *, guards: tuple[float, float]
) -> Array:
    """A small number is added to the ratio of the deviations, or to a variance, which may be smaller still."""
    in_logarithm, in_variance = guards
    each = terms(mean_p, log_std_p, mean_q, log_std_q, in_logarithm=in_logarithm, in_variance=in_variance)
    return np.asarray(each.sum(axis=-1))


@variant(KL)
def half_of_the_square_missing(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """Control: (μ_p − μ_q)²/σ_q² without its ½."""
    away = (mean_p - mean_q) ** 2 * np.exp(-2 * log_std_q)
    return np.asarray(oracle_kl(mean_p, log_std_p, mean_q, log_std_q) + away.sum(axis=-1) / 2)


@variant(KL)
def standard_deviation_for_variance(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """Control: standard deviations are taken for variances."""
    return oracle_kl(mean_p, log_std_p / 2, mean_q, log_std_q / 2)


@variant(KL)
def mean_over_the_dimensions(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """Control: averaged over the dimensions in place of summed."""
    return np.asarray(terms(mean_p, log_std_p, mean_q, log_std_q).mean(axis=-1))


@variant(KL)
def mean_over_the_batch(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """Control: every row gets the mean of all rows."""
    sums = oracle_kl(mean_p, log_std_p, mean_q, log_std_q)
    return np.full(len(sums), sums.mean())


@variant(KL)
def half_a_dimension_missing(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """Control: −½ is subtracted once, whatever the number of dimensions."""
    divergence = oracle_kl(mean_p, log_std_p, mean_q, log_std_q)
    return np.asarray(divergence + (mean_p.shape[1] - 1) / 2)
