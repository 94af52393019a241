"""The differential entropy of a diagonal Gaussian, in nats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import exact, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import (
    COVER_THOMAS_2006,
    ENTROPY,
    LOG_PROB,
    entropy_bound,
    exact_entropy,
    exact_log_prob,
    log_prob_bound,
)
from .strategies import Actions, Gaussians, moderate_gaussians


@statement(
    ENTROPY,
    kind=Class.DEFINITION,
    formula=r"H = \sum_d \log\sigma_d + \tfrac12 \log 2\pi e",
    sources=(f"{COVER_THOMAS_2006}, example 8.1.2",),
    rejects="constant-counted-once",
)
def equals_the_closed_form(subject: Subject, case: Gaussians) -> Comparison:
    """The entropy is the sum of log σ + ½ log 2πe over the dimensions; below 0 for narrow Gaussians."""
    return Comparison(
        ENTROPY.results(subject, case)[0], exact_entropy(case), entropy_bound(case, subject), "entropy and closed form"
    )


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"H = -\mathbb E \log\pi = -\log\pi(\mu) + \tfrac{D}{2},"
    r" \quad \log\pi \text{ as the implementation has it}",
    sources=(f"{COVER_THOMAS_2006}, eq. 8.1 and example 8.1.2",),
    rejects="half-of-the-log-standard-deviation",
)
def agrees_with_the_implementations_log_density(subject: Subject, case: Gaussians) -> Comparison:
    """Entropy and log-density describe the same distribution: E (a − μ)²/σ² is 1 in every dimension.

    Where the implementation offers no ``gaussian_log_prob``, the exact number stands in.
    """
    peak = Actions(case.mean, case.log_std, case.mean)
    half = case.mean.shape[1] / 2
    bound = entropy_bound(case, subject)
    if LOG_PROB.name in subject.offered:
        expected = half - LOG_PROB.results(subject, peak)[0]
        bound = bound + log_prob_bound(peak, subject) + 2.0**-52 * np.abs(expected)
    else:
        expected = exact(half).item() - exact_log_prob(peak)
    return Comparison(ENTROPY.results(subject, case)[0], expected, bound, "entropy and D/2 − own log-density at μ")


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"H(\mu, \sigma) = H(0, \sigma)",
    sources=(f"{COVER_THOMAS_2006}, theorem 8.6.3",),
    rejects="made-of-a-log-density",
)
def the_mean_does_not_matter(subject: Subject, case: Gaussians) -> Comparison:
    """Moving a Gaussian changes no entropy."""
    centred = replace(case, mean=0 * case.mean)
    return Comparison(
        ENTROPY.results(subject, case)[0],
        ENTROPY.results(subject, centred)[0],
        2 * entropy_bound(case, subject),
        "entropy here and about 0",
    )


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"H(\log\sigma + \tfrac12) - H(\log\sigma) = \tfrac{D}{2}",
    sources=(f"{COVER_THOMAS_2006}, corollary to theorem 8.6.4",),
    rejects="half-of-the-log-standard-deviation",
    cases=moderate_gaussians,
)
def grows_by_the_log_of_the_scale(subject: Subject, case: Gaussians) -> Comparison:
    """Scaling every dimension by √e adds ½ to the entropy for each."""
    narrow = replace(case, log_std=case.log_std - exact("1/2").item() * (case.log_std > 0))
    wide = replace(case, log_std=narrow.log_std + exact("1/2").item())
    bound = entropy_bound(wide, subject) + entropy_bound(narrow, subject)
    with np.errstate(invalid="ignore"):
        got = ENTROPY.results(subject, wide)[0] - ENTROPY.results(subject, narrow)[0]
    bound = bound + 2.0**-52 * np.abs(floating(exact_entropy(wide)))
    return Comparison(got, np.full(case.size, case.mean.shape[1] / 2), bound, "growth of the entropy and D/2")
