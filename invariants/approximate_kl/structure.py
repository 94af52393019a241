"""Equal policies, differences, and batches taken apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import exact
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import APPROXIMATE_KL, estimate_bound, estimator_of
from .estimators import SCHULMAN_2020
from .strategies import Samples, samples


@statement(
    APPROXIMATE_KL,
    kind=Class.THEOREM,
    formula=r"\log\pi = \log\pi_{old} \;\Rightarrow\; \hat K = 0",
    sources=(SCHULMAN_2020,),
    claims=("kl-self", "kl-estimators"),
    rejects="one-not-taken-off",
)
def where_the_policies_agree_it_is_zero(subject: Subject, case: Samples) -> Comparison:
    """No divergence is seen where no log-probability has changed: exactly zero."""
    got = APPROXIMATE_KL.results(subject, replace(case, log_probs=case.old_log_probs))[0]
    return Comparison(got, np.zeros(()), np.zeros(()), "estimate for equal policies and 0")


@statement(
    APPROXIMATE_KL,
    kind=Class.THEOREM,
    formula=r"\hat K(\log\pi + b, \log\pi_{old} + b) = \hat K(\log\pi, \log\pi_{old})",
    sources=(SCHULMAN_2020,),
    claims=("kl-estimators",),
    rejects="weighted-by-the-probability",
)
def only_the_log_ratio_counts(subject: Subject, case: Samples) -> Comparison:
    """Both log-probabilities may move together: a sample stands for its own probability and is not weighted again."""
    estimator, constant = estimator_of(subject), exact(-2).item()
    moved = Samples(case.log_probs + constant, case.old_log_probs + constant)
    got, expected = (APPROXIMATE_KL.results(subject, one)[0] for one in (moved, case))
    bound = estimate_bound(moved, subject, estimator) + estimate_bound(case, subject, estimator)
    return Comparison(got, expected, np.asarray(bound), "samples moved by −2 and samples")


@statement(
    APPROXIMATE_KL,
    kind=Class.THEOREM,
    formula=r"B \hat K = B_1 \hat K_1 + B_2 \hat K_2",
    sources=(SCHULMAN_2020,),
    claims=("kl-estimators",),
    rejects="sum-in-place-of-the-mean",
    cases=lambda dtype: samples(dtype, min_size=2),
)
def additive_over_a_split_of_the_batch(subject: Subject, case: Samples) -> Comparison:
    """The estimate of a batch is the weighted mean of those of its parts."""
    estimator, cut = estimator_of(subject), case.size // 2
    parts = [case.part(slice(None, cut)), case.part(slice(cut, None))]
    whole = APPROXIMATE_KL.results(subject, case)[0]
    bound, apart = estimate_bound(case, subject, estimator), np.zeros(())
    for part in parts:
        share = part.size / case.size
        apart = apart + APPROXIMATE_KL.results(subject, part)[0] * share
        bound += 2 * estimate_bound(part, subject, estimator) * share
    return Comparison(whole, np.asarray(apart), np.asarray(2 * bound), "estimate of the batch and of its halves")


@statement(
    APPROXIMATE_KL,
    kind=Class.THEOREM,
    formula=r"\hat K(x_\sigma) = \hat K(x)",
    sources=(SCHULMAN_2020,),
    claims=("kl-estimators",),
    rejects="last-row-left-out",
)
def rows_may_stand_in_any_order(subject: Subject, case: Samples) -> Comparison:
    """Turning the batch round leaves the estimate alone: every row counts alike."""
    turned = case.part(slice(None, None, -1))
    got, expected = (APPROXIMATE_KL.results(subject, one)[0] for one in (case, turned))
    bound = 2 * estimate_bound(case, subject, estimator_of(subject))
    return Comparison(got, expected, np.asarray(bound), "batch and batch turned round")
