"""Mean, spread, and the formula."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import exact, floating, precision
from ..comparison import UNIT_ROUNDOFF, Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import NORMALIZE_ADVANTAGES, centred, followed, result_bound
from .strategies import AdvantageBatch, batches

BITS = 160
DETAILS_2022 = "Huang et al. (2022), The 37 implementation details of proximal policy optimization"


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.CONVENTION,
    formula=r"z_i = \frac{\hat A_i - m}{s + \epsilon}, \quad m = \frac1B \sum_j \hat A_j, \quad "
    r"s^2 = \frac{1}{B - \mathrm{ddof}} \sum_j (\hat A_j - m)^2",
    sources=(f"{DETAILS_2022}, detail 7",),
    claims=("ppo-advantage-normalisation",),
    rejects="mean-alone-divided",
    cases=lambda dtype: batches(dtype, min_size=2),
)
def equals_distance_from_the_mean_over_spread(subject: Subject, case: AdvantageBatch) -> Comparison:
    """Each advantage less the mean, over the standard deviation plus ε, with B or with B − 1: the same in every batch.

    One ε is fitted to the batch where none is declared, between 0 and 10⁻⁴.
    """
    follows = followed(subject)
    got = NORMALIZE_ADVANTAGES.row(subject, case)
    bound = result_bound(case, subject, follows.ddof)
    if np.isinf(bound).all():
        return Comparison(got, np.zeros(case.size), bound, "a spread lost in the rounding of the mean")
    with precision(BITS):
        expected = centred(case) / follows.divisor(case, got)
    return Comparison(got, expected, bound, f"result and formula with {follows}", follows.named)


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.THEOREM,
    formula=r"\sum_i z_i = 0",
    sources=(f"{DETAILS_2022}, detail 7",),
    claims=("ppo-advantage-normalisation",),
    rejects="statistics-of-a-part",
)
def the_mean_is_zero(subject: Subject, case: AdvantageBatch) -> Comparison:
    """Normalised advantages add up to zero."""
    got = NORMALIZE_ADVANTAGES.row(subject, case)
    bound = result_bound(case, subject, followed(subject).ddof).mean()
    mean = floating(exact(got).sum() / case.size) if np.isfinite(got).all() else np.nan
    return Comparison(np.asarray(mean), np.zeros(()), np.asarray(bound), "mean of the result and 0")


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.CONVENTION,
    formula=r"\frac{1}{B - \mathrm{ddof}} \sum_i z_i^2 = \Big(\frac{s}{s + \epsilon}\Big)^2",
    sources=(f"{DETAILS_2022}, detail 7",),
    claims=("ppo-advantage-normalisation",),
    rejects="divided-by-the-variance",
    cases=lambda dtype: batches(dtype, min_size=2),
)
def the_spread_is_one(subject: Subject, case: AdvantageBatch) -> Comparison:
    """The root of the mean square is 1, up to ε, with B or with B − 1 as the divisor: the same in every batch.

    The norm of the result is off by no more than the norm of its bound, and by 2(B + 4)u in being computed.
    """
    follows = followed(subject)
    got = NORMALIZE_ADVANTAGES.row(subject, case)
    rows, divisor = result_bound(case, subject, follows.ddof), np.sqrt(max(1, case.size - follows.ddof))
    bound = np.sqrt((rows**2).sum()) / divisor + 2 * (case.size + 4) * UNIT_ROUNDOFF["float64"]
    with np.errstate(over="ignore"):
        root = np.sqrt((got**2).sum()) / divisor
    if np.isinf(bound):
        return Comparison(np.asarray(root), np.zeros(()), np.asarray(bound), "a spread lost in rounding")
    with precision(BITS):
        expected = np.sqrt((floating(centred(case)) ** 2).sum()) / divisor / float(follows.divisor(case, got))
    return Comparison(
        np.asarray(root), np.asarray(expected), np.asarray(bound), f"spread and 1, with {follows}", follows.named
    )
