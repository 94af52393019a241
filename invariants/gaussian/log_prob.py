"""The log-density of an action under a diagonal Gaussian."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import ball, exp, floating, precision
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import BISHOP_2006, BITS, LOG_PROB, exact_log_prob, log_prob_bound
from .density import half_log_two_pi
from .strategies import Actions, dyadic_actions, scales


@statement(
    LOG_PROB,
    kind=Class.DEFINITION,
    formula=r"\log\pi(a) = -\sum_d \frac{(a_d - \mu_d)^2}{2\sigma_d^2} + \log\sigma_d + \tfrac12 \log 2\pi",
    sources=(f"{BISHOP_2006}, eq. 1.46",),
    rejects="standard-deviation-for-variance",
)
def equals_the_normal_density(subject: Subject, case: Actions) -> Comparison:
    """The log-density is that of independent normal variables, given the logs of their standard deviations."""
    return Comparison(
        LOG_PROB.results(subject, case)[0],
        exact_log_prob(case),
        log_prob_bound(case, subject),
        "log-density and log N(a; μ, σ²)",
    )


@statement(
    LOG_PROB,
    kind=Class.THEOREM,
    formula=r"\log\pi(\mu) = -\sum_d \log\sigma_d + \tfrac12 \log 2\pi",
    sources=(f"{BISHOP_2006}, eq. 1.46",),
    rejects="half-of-the-log-standard-deviation",
)
def at_the_mean_only_the_scale_counts(subject: Subject, case: Actions) -> Comparison:
    """The largest log-density is minus the log of (2π)^(D/2) Π σ."""
    case = replace(case, actions=case.mean)
    with precision(BITS):
        expected = -ball(case.log_std + half_log_two_pi(case.log_std)).sum(axis=-1)
    return Comparison(
        LOG_PROB.results(subject, case)[0], expected, log_prob_bound(case, subject), "log-density at the mean"
    )


@statement(
    LOG_PROB,
    kind=Class.THEOREM,
    formula=r"\log\pi(a + h) + \log\pi(a - h) - 2\log\pi(a) = -\sum_d h_d^2 / \sigma_d^2",
    sources=(f"{BISHOP_2006}, eq. 1.46",),
    rejects="half-of-the-square-missing",
    cases=dyadic_actions,
)
def second_difference_is_the_precision(subject: Subject, case: Actions) -> Comparison:
    """The log-density is a parabola in every direction, bent by 1/σ².

    With the value at the mean this pins the density, for any number of dimensions.
    """
    step = scales(case.log_std)
    beyond, before = replace(case, actions=case.actions + step), replace(case, actions=case.actions - step)
    values = [LOG_PROB.results(subject, part)[0] for part in (beyond, before, case)]
    bounds = [log_prob_bound(part, subject) for part in (beyond, before, case)]
    with precision(BITS):
        expected = -ball(step * step * exp(-2 * case.log_std)).sum(axis=-1)
    with np.errstate(invalid="ignore", over="ignore"):
        got = values[0] + values[1] - 2 * values[2]
    size = sum(np.abs(floating(exact_log_prob(part))) for part in (beyond, before, case))
    bound = bounds[0] + bounds[1] + 2 * bounds[2] + 2.0**-51 * np.asarray(size)
    return Comparison(got, expected, bound, "second difference and −Σ h²/σ²")
