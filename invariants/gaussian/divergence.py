"""The Kullback–Leibler divergence of two diagonal Gaussians, in nats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, ball, exact, exp, floating, precision
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import (
    BITS,
    COVER_THOMAS_2006,
    KL,
    KULLBACK_1959,
    LOG_PROB,
    exact_kl,
    kl_bound,
    log_prob_bound,
)
from .strategies import Actions, Moves, Pairs, moves, scales


@statement(
    KL,
    kind=Class.DEFINITION,
    formula=r"\mathrm{KL}(p\|q) = \sum_d \log\frac{\sigma_q}{\sigma_p}"
    r" + \frac{\sigma_p^2 + (\mu_p - \mu_q)^2}{2\sigma_q^2} - \tfrac12",
    sources=(f"{KULLBACK_1959}, chapter 9, eq. 1.2",),
    claims=("kl-parameter-vs-distribution-space", "kl-direction"),
    rejects="direction-reversed",
)
def equals_the_closed_form(subject: Subject, case: Pairs) -> Comparison:
    """The divergence is the mean of log p − log q under the first Gaussian, in closed form."""
    return Comparison(
        KL.results(subject, case)[0], exact_kl(case), kl_bound(case, subject), "KL(p‖q) and its closed form"
    )


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\sigma_p = \sigma_q = \sigma \;\Rightarrow\; \mathrm{KL}(p\|q)"
    r" = \sum_d \frac{(\mu_p - \mu_q)^2}{2\sigma^2}",
    sources=(f"{KULLBACK_1959}, chapter 9, eq. 1.2",),
    claims=("kl-gaussian-equal-cov",),
    rejects="half-of-the-square-missing",
)
def of_one_scale_is_half_the_squared_distance(subject: Subject, case: Pairs) -> Comparison:
    """Two Gaussians of one scale are half their squared distance apart, in standard deviations."""
    alike = replace(case, log_std_p=case.log_std_q)
    away = alike.mean_p - alike.mean_q
    with precision(BITS):
        expected = ball(away * away * exp(-2 * alike.log_std_q)).sum(axis=-1) / 2
    return Comparison(KL.results(subject, alike)[0], expected, kl_bound(alike, subject), "KL(p‖q) and ½ Σ (Δμ/σ)²")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(p\|p) = 0",
    sources=(f"{COVER_THOMAS_2006}, theorem 8.6.1",),
    claims=("kl-self",),
    rejects="guarded-by-a-small-number",
)
def nothing_lies_between_equals(subject: Subject, case: Pairs) -> Comparison:
    """The divergence of a Gaussian from itself is 0, however narrow it is."""
    same = Pairs(case.mean_q, case.log_std_q, case.mean_q, case.log_std_q)
    return Comparison(KL.results(subject, same)[0], np.zeros(case.size), kl_bound(same, subject), "KL(q‖q) and 0")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(p\|q) \ge 2\,\mathrm{TV}(p, q)^2 \ge 2\,|p(A) - q(A)|^2, \quad A = \{a_d \le \mu_{p,d}\}",
    sources=("Pinsker (1964), Information and information stability", f"{COVER_THOMAS_2006}, lemma 11.6.1"),
    claims=("kl-nonneg",),
    rejects="distribution-compared-with-itself",
)
def at_least_what_half_spaces_tell_apart(subject: Subject, case: Pairs) -> Comparison:
    """Pinsker's inequality, of which non-negativity is a part, with the half-space that tells the two apart best.

    p(A) is ½ and q(A) = Φ((μ_p − μ_q)/σ_q), in balls; the total variation is at least |p(A) − q(A)| for every d.
    """
    with precision(BITS):
        z = ball((case.mean_p - case.mean_q) * exp(-case.log_std_q)) / ball(2).item().sqrt()
        apart = floating([entry.erf() / 2 for entry in z.flat]).reshape(z.shape)
    least = 2 * (1 - 2.0**-50) * np.abs(apart).max(axis=-1) ** 2
    got = KL.results(subject, case)[0]
    missing = np.where(np.isfinite(got), np.maximum(least - np.nan_to_num(got), 0.0), np.nan)
    return Comparison(missing, np.zeros(case.size), kl_bound(case, subject), "2 (p(A) − q(A))² above KL(p‖q), and 0")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(p\|q) = f(\mu_p) + \sum_d \frac{\sigma_{p,d}^2}{2 h_d^2}"
    r" \left(f(\mu_p + h_d e_d) + f(\mu_p - h_d e_d) - 2 f(\mu_p)\right), \quad f = \log p - \log q",
    sources=(f"{KULLBACK_1959}, chapter 1, eq. 2.2",),
    claims=("kl-definition",),
    rejects="direction-reversed",
)
def agrees_with_the_implementations_log_densities(subject: Subject, case: Pairs) -> Comparison:
    """Divergence and log-densities describe the same two Gaussians: log p − log q is a parabola, whose mean is exact.

    Where the implementation offers no ``gaussian_log_prob``, the closed form stands in.
    """
    bound = kl_bound(case, subject)
    if LOG_PROB.name in subject.offered:
        expected, slack = _mean_log_ratio(subject, case)
        return Comparison(KL.results(subject, case)[0], expected, bound + slack, "KL(p‖q) and own log-densities")
    return Comparison(KL.results(subject, case)[0], exact_kl(case), bound, "KL(p‖q) and exact log-densities")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(\mu, \log\sigma \,\|\, \mu + m, \log\sigma + w)"
    r" = \sum_d \tfrac12 m_d^2/\sigma_d^2 + w_d^2 + O(|m, w|^3), \quad F = \operatorname{diag}(\sigma^{-2}, 2)",
    sources=(f"{KULLBACK_1959}, chapter 2, eq. 6.4",),
    claims=("kl-hessian-fisher",),
    rejects="half-of-the-square-missing",
    cases=moves,
)
def second_order_is_the_fisher_information(subject: Subject, case: Moves) -> Comparison:
    """A small step (m, w) of μ and log σ is ½ of its square in the Fisher information away, up to third order.

    Remainder: |w + ½(e^(−2w) − 1) − w²| ≤ ⅔ |w|³ e^(2|w|), by Taylor, and ½ m²/σ² (e^(2|w|) − 1).
    """
    pair = Pairs(case.mean, case.log_std, case.mean + case.mean_step, case.log_std + case.log_std_step)
    with precision(BITS):
        moved = ball(case.mean_step * case.mean_step * exp(-2 * case.log_std)) / 2
        expected = (moved + case.log_std_step * case.log_std_step).sum(axis=-1)
    turn = np.abs(floating(case.log_std_step))
    remainder = 2 / 3 * turn**3 * np.exp(2 * turn) + floating(moved) * np.expm1(2 * turn)
    bound = kl_bound(pair, subject) + (1 + 2.0**-40) * remainder.sum(axis=-1)
    return Comparison(KL.results(subject, pair)[0], expected, bound, "KL of a small step and ½ Σ F step²")


def _mean_log_ratio(subject: Subject, case: Pairs) -> tuple[Array, Array]:
    """E_p (log p − log q) by the implementation's log-densities, and how far rounding may take it, both ``[B]``."""
    step = scales(case.log_std_p)
    ratio = np.exp(2 * floating(case.log_std_p)) / floating(step) ** 2 / 2
    centre, slack = _log_ratio(subject, case, case.mean_p)
    total, error = centre.copy(), slack.copy()
    for d in range(step.shape[1]):
        only = np.array([exact(int(i == d)).item() for i in range(step.shape[1])], dtype=object)
        (above, over), (below, under) = (_log_ratio(subject, case, case.mean_p + s * step * only) for s in (1, -1))
        with np.errstate(invalid="ignore", over="ignore"):
            total += ratio[:, d] * (above + below - 2 * centre)
        error += ratio[:, d] * (over + under + 2 * slack)
    return total, error


def _log_ratio(subject: Subject, case: Pairs, at: Array) -> tuple[Array, Array]:
    """Log p(x) − log q(x) as the implementation has them, and the sum of their bounds and of a float64's."""
    parts = Actions(case.mean_p, case.log_std_p, at), Actions(case.mean_q, case.log_std_q, at)
    p, q = (LOG_PROB.results(subject, part)[0] for part in parts)
    with np.errstate(invalid="ignore"):
        values = p - q
    sizes = 2.0**-50 * (np.abs(p) + np.abs(q))
    return values, np.asarray(log_prob_bound(parts[0], subject) + log_prob_bound(parts[1], subject) + sizes)
