"""The surrogate of a batch."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ...reference.arithmetic import exact
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from ..tables import FAR, shifts, whole_and_halves
from .capabilities import SURROGATE, exact_surrogate, surrogate_bound
from .strategies import SurrogateBatch, surrogates

TRPO = "Schulman, Levine, Moritz, Jordan, Abbeel (2015), Trust region policy optimization"


@statement(
    SURROGATE,
    kind=Class.DEFINITION,
    formula=r"L(\theta) = \frac1B \sum_i \frac{\pi_\theta(a_i|s_i)}{\pi_{old}(a_i|s_i)}\, \hat A_i",
    sources=(f"{TRPO}, eq. 14",),
    claims=("trpo-eq14", "importance-sampling-identity"),
    rejects="ratio-always-one",
)
def equals_the_importance_form(subject: Subject, case: SurrogateBatch) -> Comparison:
    """The surrogate is the mean of ratio times advantage."""
    (got,) = SURROGATE.results(subject, case)
    return Comparison(got, exact_surrogate(case), np.asarray(surrogate_bound(subject, case)), "surrogate and mean ρÂ")


@statement(
    SURROGATE,
    kind=Class.THEOREM,
    formula=r"L(\theta_{old}) = \frac1B \sum_i \hat A_i",
    sources=(f"{TRPO}, eq. 4",),
    claims=("surrogate-value-match",),
    rejects="centred-ratio",
)
def at_equality_is_the_mean_advantage(subject: Subject, case: SurrogateBatch) -> Comparison:
    """Where the policy has not moved, the surrogate is the mean advantage."""
    case = replace(case, logits=case.old_logits)
    (got,) = SURROGATE.results(subject, case)
    expected = np.asarray(case.advantages.sum() / exact(case.size))
    return Comparison(got, expected, np.asarray(surrogate_bound(subject, case)), "surrogate at equality and mean Â")


@statement(
    SURROGATE,
    kind=Class.THEOREM,
    formula=r"L(\theta + c_s, \theta_{old} + c'_s) = L(\theta, \theta_{old})",
    sources=(f"{TRPO}, eq. 14",),
    claims=("softmax-linear-policy",),
    rejects="ratio-of-unnormalised-weights",
)
def logits_may_be_shifted(subject: Subject, case: SurrogateBatch) -> Comparison:
    """A constant added to all new or all old logits of a state leaves the ratios alone."""
    shift = shifts(len(case.logits))
    shifted = replace(case, logits=case.logits + shift, old_logits=case.old_logits - shift)
    (got,) = SURROGATE.results(subject, shifted)
    (before,) = SURROGATE.results(subject, case)
    bound = np.asarray(surrogate_bound(subject, shifted) + surrogate_bound(subject, case))
    return Comparison(got, before, bound, "shifted logits and plain ones")


@statement(
    SURROGATE,
    kind=Class.THEOREM,
    formula=r"B L = B_1 L_1 + B_2 L_2",
    sources=(f"{TRPO}, eq. 14",),
    rejects="mean-before-the-product",
    cases=partial(surrogates, min_size=2),
)
def additive_over_a_split_of_the_batch(subject: Subject, case: SurrogateBatch) -> Comparison:
    """The surrogate of a batch is the weighted mean of the surrogates of its parts."""
    return whole_and_halves(SURROGATE, surrogate_bound, subject, case, "surrogate of the batch and of its halves")


@statement(
    SURROGATE,
    kind=Class.THEOREM,
    formula=r"L(x_\sigma) = L(x)",
    sources=(f"{TRPO}, eq. 14",),
    rejects="last-row-dropped",
)
def rows_may_stand_in_any_order(subject: Subject, case: SurrogateBatch) -> Comparison:
    """Turning the batch round leaves the surrogate alone."""
    (got,) = SURROGATE.results(subject, case)
    (turned,) = SURROGATE.results(subject, case.rows(slice(None, None, -1)))
    return Comparison(got, turned, np.asarray(2 * surrogate_bound(subject, case)), "batch and batch turned round")


@statement(
    SURROGATE,
    kind=Class.THEOREM,
    formula=r"L(\hat A + \hat A') = L(\hat A) + L(\hat A')",
    sources=(f"{TRPO}, eq. 14",),
    rejects="advantages-standardised",
    cases=partial(surrogates, wide=False),
)
@np.errstate(invalid="ignore", over="ignore")
def linear_in_the_advantages(subject: Subject, case: SurrogateBatch) -> Comparison:
    """The surrogate of a sum of advantages is the sum of the surrogates: they are used as given."""
    other = replace(case, advantages=case.advantages[::-1] + exact(1))
    both = replace(case, advantages=case.advantages + other.advantages)
    (got,) = SURROGATE.results(subject, both)
    apart = sum(SURROGATE.results(subject, part)[0] for part in (case, other))
    bound = 2 * sum(surrogate_bound(subject, part) for part in (case, other, both))
    return Comparison(got, np.asarray(apart), np.asarray(bound), "surrogate of a sum and sum of surrogates")


@statement(
    SURROGATE,
    kind=Class.THEOREM,
    formula=r"|\theta| \le 10^4:\quad L = \frac1B \sum_i e^{\log\pi_\theta(a_i|s_i) - \log\pi_{old}(a_i|s_i)} \hat A_i",
    sources=(f"{TRPO}, eq. 14",),
    rejects="ratio-of-probabilities",
    cases=partial(surrogates, values=FAR),
)
def far_logits_do_no_harm(subject: Subject, case: SurrogateBatch) -> Comparison:
    """Actions whose probabilities are below the range of floats still have ratios inside it."""
    (got,) = SURROGATE.results(subject, case)
    bound = np.asarray(surrogate_bound(subject, case))
    return Comparison(got, exact_surrogate(case), bound, "surrogate at far logits")
