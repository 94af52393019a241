"""The log-density of an action a = tanh u, u ~ N(μ, σ²).

Reputable code keeps the logarithm of 1 − a² away from −∞ by an ε ≤ 10⁻⁶, as in log(1 − a² + ε), or keeps |a| away
from 1 by as much. Away from the edge that costs up to ε/(1 − a²), in one direction, and is accepted; near the edge
it is a convention.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, ball, exact, precision
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import BITS, GUARD, HAARNOJA_2018, SQUASHED, exact_log_prob, squashed_bound
from .density import inverse_tanh, log_density, log_slope, squashed_log_density
from .strategies import Actions, edge_actions


@statement(
    SQUASHED,
    kind=Class.DEFINITION,
    formula=r"\log\pi(a) = \log N(\operatorname{artanh} a; \mu, \sigma^2)"
    r" - \sum_d \log(1 - a_d^2 + \epsilon), \quad 0 \le \epsilon \le 10^{-6}",
    sources=(f"{HAARNOJA_2018}, appendix C, eq. 21",),
    rejects="correction-left-out",
)
def equals_the_change_of_variables(subject: Subject, case: Actions) -> Comparison:
    """The log-density of a squashed action is that of u = artanh a, less the log of the slope of tanh at u."""
    got = SQUASHED.results(subject, case)[0]
    with precision(BITS):
        high = ball(squashed_log_density(*case.arrays))
        low = ball(squashed_log_density(*case.arrays, guard=exact(GUARD).item()))
    return Comparison(
        got, _nearest(got, low, high), squashed_bound(case, subject), "log-density and change of variables"
    )


@statement(
    SQUASHED,
    kind=Class.THEOREM,
    formula=r"\log\pi(a) - \log\pi'(a) = \log N(u; \mu, \sigma^2) - \log N(u; \mu', \sigma'^2), \quad a = \tanh u",
    sources=(f"{HAARNOJA_2018}, appendix C, eq. 21",),
    rejects="inverse-left-out",
)
def the_correction_cancels_in_a_ratio(subject: Subject, case: Actions) -> Comparison:
    """The ratio of two policies at one action is that of their Gaussians: the slope of tanh is common to both."""
    other = replace(case, mean=0 * case.mean, log_std=0 * case.log_std)
    with np.errstate(invalid="ignore"):
        got = SQUASHED.results(subject, case)[0] - SQUASHED.results(subject, other)[0]
    with precision(BITS):
        inverse = inverse_tanh(case.actions)
        expected = ball(log_density(case.mean, case.log_std, inverse) - log_density(other.mean, other.log_std, inverse))
    bound = squashed_bound(case, subject) + squashed_bound(other, subject)
    return Comparison(got, expected, bound, "log-ratio of two policies and of their Gaussians")


@statement(
    SQUASHED,
    kind=Class.THEOREM,
    formula=r"\log\pi(0) = \log N(0; \mu, \sigma^2)",
    sources=(f"{HAARNOJA_2018}, appendix C, eq. 21",),
    rejects="tanh-on-the-mean",
)
def at_zero_is_the_gaussian_itself(subject: Subject, case: Actions) -> Comparison:
    """At a = 0 the slope of tanh is 1 and nothing is to be corrected, up to the guard ε a dimension."""
    case = replace(case, actions=0 * case.actions)
    got, high = SQUASHED.results(subject, case)[0], exact_log_prob(case)
    low = high - exact(GUARD).item() * case.actions.shape[1]
    return Comparison(
        got, _nearest(got, low, high), squashed_bound(case, subject), "log-density at 0 and that of the Gaussian"
    )


@statement(
    SQUASHED,
    kind=Class.CONVENTION,
    formula=r"|a| \to 1:\quad \log\pi(a) = \log N(\operatorname{artanh} a') - \sum_d \log(1 - a''^2_d + \epsilon),"
    r" \quad \min(|a|, 1 - 10^{-6}) \le |a'|, |a''| \le |a|,\; 0 \le \epsilon \le 10^{-6}",
    sources=(f"{HAARNOJA_2018}, appendix C, eq. 21",),
    rejects="correction-left-out",
    cases=edge_actions,
)
def near_the_edge_exact_or_guarded(subject: Subject, case: Actions) -> Comparison:
    """Next to ±1 the log-density is finite: the exact one, or that of an action kept 10⁻⁶ away from the edge."""
    got = SQUASHED.results(subject, case)[0]
    with precision(BITS):
        exactly = ball(squashed_log_density(*case.arrays))
    low, high = _guarded(case, subject)
    bound = squashed_bound(case, subject)
    exact_fits = Comparison(got, exactly, bound, "").holds
    expected = exactly if exact_fits else _nearest(got, low, high)
    what = "exactly" if exact_fits else "guarded"
    follows = {"squashed_edge": ("exact", "guarded") if exact_fits else ("guarded",)}
    return Comparison(got, expected, bound, f"log-density next to ±1, {what}", follows)


def _nearest(got: Array, low: Array, high: Array) -> Array:
    """The admissible number that is nearest to what was returned, row by row."""
    result = np.array(high, dtype=object)
    for row, value in enumerate(got):
        if np.isfinite(value):
            value_ = exact(value).item()
            result[row] = low[row] if value_ < low[row] else high[row] if value_ > high[row] else value_
    return result


def _guarded(case: Actions, subject: Subject) -> tuple[Array, Array]:
    """The least and the largest log-density of actions kept up to ε from ±1, with up to ε in the logarithm.

    1 − ε is rounded to the subject's dtype.

    In each dimension log N is a parabola in u: its least value on an interval is at an end, its largest at μ where
    that lies inside. The correction grows towards the edge and falls with ε.
    """
    mean, log_std, taken = case.arrays
    guard = exact(GUARD).item()
    kept = 1 - guard - exact(subject.unit_roundoff).item() / 2
    with precision(BITS):
        size = abs(taken)
        sign = np.where(taken < 0, exact(-1).item(), exact(1).item())
        inner = np.minimum(size, kept)
        ends = [ball(inverse_tanh(sign * end)) for end in (inner, size)]
        values = [_each_density(mean, log_std, end) for end in ends]
        peak = _each_density(mean, log_std, ball(mean))
        inside = np.array(
            [not (m < min(u, v) or m > max(u, v)) for m, u, v in zip(mean.flat, *(e.flat for e in ends), strict=True)]
        ).reshape(mean.shape)
        low = np.minimum(*values) - ball(log_slope(inner, guard=guard))
        high = np.where(inside, peak, np.maximum(*values)) - ball(log_slope(size))
        return low.sum(axis=-1), high.sum(axis=-1)


def _each_density(mean: Array, log_std: Array, x: Array) -> Array:
    """Log N of each dimension by itself, ``[B, D]``."""
    flat = [np.asarray(array).reshape(-1, 1) for array in (mean, log_std, x)]
    return ball(log_density(*flat)).reshape(mean.shape)
