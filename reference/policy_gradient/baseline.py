"""The variance of a gradient estimate, and the constant baseline that makes it least."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["estimator_variance", "optimal_baseline"]


@domain(probabilities="n in Δ", estimates="n D")
def estimator_variance(probabilities: Array, estimates: Array) -> Scalar:
    """E‖ĝ − E ĝ‖² = tr Cov ĝ for ``estimates[n, D]`` of ``probabilities[n]``.

    Raises
    ------
    ValueError: the probabilities are none, or the shapes do not fit.
    """
    deviations = estimates - probabilities @ estimates
    return probabilities @ (deviations * deviations).sum(axis=1)


@domain(probabilities="n in Δ", scores="n D", returns="n")
def optimal_baseline(probabilities: Array, scores: Array, returns: Array) -> Scalar:
    """b* = E[‖∇log P‖² R] / E‖∇log P‖², the b of least tr Cov (R − b)∇log P.

    For outcomes of ``probabilities[n]``, ``scores[n, D]`` of mean 0 and ``returns[n]``; every other b costs
    E‖∇log P‖² (b − b*)² more. Greensmith, Bartlett and Baxter (2004), section 4.

    Raises
    ------
    ValueError: the probabilities are none, or all scores are 0, where every baseline is as good.
    """
    squares = (scores * scores).sum(axis=1)
    total = probabilities @ squares
    if total == 0:
        raise ValueError("every score is 0, so no baseline matters and none is the best")
    return probabilities @ (squares * returns) / total
