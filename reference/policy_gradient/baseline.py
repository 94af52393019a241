"""The variance of a gradient estimate, and the constant baseline that makes it least."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..tabular_mdp import validate_distribution

__all__ = ["estimator_variance", "optimal_baseline"]


def estimator_variance(probabilities: Array, estimates: Array) -> Scalar:
    """E‖ĝ − E ĝ‖² = tr Cov ĝ for ``estimates[n, D]`` of ``probabilities[n]``.

    Raises
    ------
    ValueError: the probabilities are none, or the shapes do not fit.
    """
    weights = validate_distribution(probabilities, "probabilities", ValueError)
    if estimates.ndim != 2 or len(estimates) != len(weights):
        raise ValueError(f"estimates of shape {estimates.shape} do not go with {len(weights)} probabilities")
    deviations = estimates - weights @ estimates
    return weights @ (deviations * deviations).sum(axis=1)


def optimal_baseline(probabilities: Array, scores: Array, returns: Array) -> Scalar:
    """b* = E[‖∇log P‖² R] / E‖∇log P‖², the b of least tr Cov (R − b)∇log P.

    For outcomes of ``probabilities[n]``, ``scores[n, D]`` of mean 0 and ``returns[n]``; every other b costs
    E‖∇log P‖² (b − b*)² more. Greensmith, Bartlett and Baxter (2004), section 4.

    Raises
    ------
    ValueError: the probabilities are none, or all scores are 0, where every baseline is as good.
    """
    weights = validate_distribution(probabilities, "probabilities", ValueError)
    squares = (scores * scores).sum(axis=1)
    total = weights @ squares
    if total == 0:
        raise ValueError("every score is 0, so no baseline matters and none is the best")
    return weights @ (squares * returns) / total
