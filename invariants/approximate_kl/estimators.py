"""Which estimator it is, and what it estimates."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import floating, log, precision
from ...reference.kl import categorical_kl
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import APPROXIMATE_KL, BITS, estimate, estimate_bound, estimator_of
from .strategies import Samples, TwoDistributions, two_distributions

SCHULMAN_2020 = "Schulman (2020), Approximating KL divergence"


@statement(
    APPROXIMATE_KL,
    kind=Class.CONVENTION,
    formula=r"\hat K = \frac1B \sum_i k(\log \rho_i), \quad k_1 = -\log\rho,\; k_2 = \tfrac12 \log^2\rho,\;"
    r"k_3 = \rho - 1 - \log\rho",
    sources=(SCHULMAN_2020,),
    claims=("kl-estimators",),
    rejects="new-against-old",
)
def is_the_mean_of_k1_k2_or_k3(subject: Subject, case: Samples) -> Comparison:
    """The estimate is the mean of k1, of k2 or of k3: of the same one in every batch."""
    estimator = estimator_of(subject)
    got = APPROXIMATE_KL.results(subject, case)[0]
    bound = np.asarray(estimate_bound(case, subject, estimator))
    expected = np.asarray(estimate(case, estimator))
    what = f"estimate and mean with kl_estimator={estimator!r}"
    return Comparison(got, expected, bound, what, {"kl_estimator": (estimator,)})


@statement(
    APPROXIMATE_KL,
    kind=Class.THEOREM,
    formula=r"E_{old} k_1 = E_{old} k_3 = KL(\pi_{old} \| \pi), \quad"
    r"|E_{old} k_2 - KL(\pi_{old} \| \pi)| \le \tfrac16 E_{old} |\log\rho|^3 \max(1, \rho)",
    sources=(SCHULMAN_2020,),
    claims=("kl-estimators", "kl-direction"),
    rejects="new-against-old",
    cases=two_distributions,
)
def its_mean_is_the_divergence(subject: Subject, case: TwoDistributions) -> Comparison:
    """Over all outcomes, each as often as the old policy takes it, k1 and k3 have the mean KL(old ‖ new).

    k2 is biased in the third order. Rounding a logarithm by u moves k1 by as much and k3 by |ρ − 1| times as much;
    twice the first order covers the rest.
    """
    sampled, estimator = case.sampled(subject.dtype), estimator_of(subject)
    got = APPROXIMATE_KL.results(subject, sampled)[0]
    with precision(BITS):
        divergence = categorical_kl(case.old, case.new)
        log_ratio = np.abs(floating(log(case.new / case.old)))
    ratio, weight = floating(case.new / case.old), floating(case.old)
    slope = {"k1": 0 * ratio + 1, "k2": log_ratio, "k3": np.abs(ratio - 1)}[estimator]
    rounding = subject.unit_roundoff * (np.abs(np.log(floating(case.new))) + np.abs(np.log(weight)))
    bound = estimate_bound(sampled, subject, estimator) + 2 * float(weight @ (slope * rounding))
    if estimator == "k2":
        bound += float(weight @ (log_ratio**3 * np.maximum(1, ratio))) / 6
    what = f"mean over all outcomes and KL(old ‖ new) with kl_estimator={estimator!r}"
    return Comparison(got, np.asarray(divergence), np.asarray(bound), what)


@statement(
    APPROXIMATE_KL,
    kind=Class.THEOREM,
    formula=r"k_2 \ge 0, \quad k_3 = \rho - 1 - \log\rho \ge 0",
    sources=(SCHULMAN_2020,),
    claims=("kl-estimators", "kl-nonneg"),
    rejects="new-against-old",
)
def k2_and_k3_are_never_negative(subject: Subject, case: Samples) -> Comparison:
    """On any sample k2 and k3 are at least zero, up to the rounding of what cancels; k1 may have either sign."""
    estimator = estimator_of(subject)
    got = APPROXIMATE_KL.results(subject, case)[0]
    below = np.asarray(0.0 * got if estimator == "k1" else np.maximum(-got, 0.0))
    bound = np.asarray(estimate_bound(case, subject, estimator))
    return Comparison(below, np.zeros(()), bound, f"what is below zero and 0, with kl_estimator={estimator!r}")
