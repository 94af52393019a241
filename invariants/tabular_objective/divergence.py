"""The mean divergence of a batch."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import exact, floating, precision
from ...reference.fisher import softmax_fisher_vector_product, state_frequencies
from ...reference.kl import third_order_remainder, total_variation
from ..comparison import Comparison
from ..invariant import Class, statement
from ..lattice import numbers, table
from ..subject import Subject
from ..tables import BITS, FAR, TINY, exact_policy, shifts, whole_and_halves
from .capabilities import MEAN_KL, divergence_bound, exact_divergence
from .strategies import DivergenceBatch, divergences, nearby

TRPO = "Schulman, Levine, Moritz, Jordan, Abbeel (2015), Trust region policy optimization"
KULLBACK = "Kullback, Leibler (1951), On information and sufficiency"


@st.composite
def lopsided(draw: st.DrawFn, dtype: str = "float64") -> DivergenceBatch:
    """One of the policies is uniform, the other prefers some actions: the two directions differ."""
    case = draw(divergences(dtype))
    steep = draw(numbers(case.logits.shape, table([6, 0, 3, -4, 8, -6])))
    flat = 0 * case.logits
    return replace(case, old_logits=steep, logits=flat) if draw(st.booleans()) else replace(case, logits=steep)


@st.composite
def far(draw: st.DrawFn, dtype: str = "float64") -> DivergenceBatch:
    """Two policies that are all but certain, often of different things."""
    case = draw(divergences(dtype, values=FAR))
    return replace(case, logits=draw(numbers(case.logits.shape, FAR)))


@statement(
    MEAN_KL,
    kind=Class.DEFINITION,
    formula=r"\overline{KL} = \frac1B \sum_i \sum_a \pi_{old}(a|s_i) \log\frac{\pi_{old}(a|s_i)}{\pi_\theta(a|s_i)}",
    sources=(f"{TRPO}, eq. 12", KULLBACK),
    claims=("kl-definition", "kl-expectation-state-distribution"),
    rejects="states-counted-once",
)
def equals_the_sum_over_actions(subject: Subject, case: DivergenceBatch) -> Comparison:
    """The mean divergence is the mean over the rows of the divergence at their states, in nats."""
    (got,) = MEAN_KL.results(subject, case)
    return Comparison(got, exact_divergence(case), np.asarray(divergence_bound(subject, case)), "mean KL and its sum")


@statement(
    MEAN_KL,
    kind=Class.DEFINITION,
    formula=r"\overline{KL}(\pi_{old} \| \pi_\theta) \ne \overline{KL}(\pi_\theta \| \pi_{old})",
    sources=(f"{TRPO}, eq. 12",),
    claims=("kl-direction",),
    rejects="new-policy-first",
    cases=lopsided,
)
def is_of_the_old_policy_from_the_new(subject: Subject, case: DivergenceBatch) -> Comparison:
    """The old policy stands first: of a uniform and a steep policy, the two directions differ."""
    (got,) = MEAN_KL.results(subject, case)
    turned = replace(case, old_logits=case.logits, logits=case.old_logits)
    other = float(floating(exact_divergence(turned)))
    what = f"KL(old ‖ new); KL(new ‖ old) is {other:.6g}"
    return Comparison(got, exact_divergence(case), np.asarray(divergence_bound(subject, case)), what)


@statement(
    MEAN_KL,
    kind=Class.THEOREM,
    formula=r"\overline{KL}(\pi \| \pi) = 0",
    sources=(KULLBACK,),
    claims=("kl-self",),
    rejects="cross-entropy-alone",
)
def is_zero_at_equality(subject: Subject, case: DivergenceBatch) -> Comparison:
    """A policy has no divergence from itself."""
    case = replace(case, logits=case.old_logits)
    (got,) = MEAN_KL.results(subject, case)
    return Comparison(got, np.zeros(()), np.asarray(divergence_bound(subject, case)), "KL at equality and 0")


@statement(
    MEAN_KL,
    kind=Class.THEOREM,
    formula=r"\overline{KL} \ge \frac2B \sum_i TV(\pi_{old}(\cdot|s_i), \pi_\theta(\cdot|s_i))^2 \ge 0",
    sources=("Csiszár (1967), Information-type measures of difference of probability distributions",),
    claims=("kl-nonneg",),
    rejects="logarithm-upside-down",
)
def is_at_least_twice_the_squared_total_variation(subject: Subject, case: DivergenceBatch) -> Comparison:
    """The divergence is never negative, nor less than Pinsker's inequality allows."""
    (got,) = MEAN_KL.results(subject, case)
    with precision(BITS):
        distance = total_variation(exact_policy(case.old_logits), exact_policy(case.logits))
        least = float(floating((2 * distance * distance)[case.states].sum() / case.size))
    short = np.maximum(least - got, 0.0) if np.isfinite(got) else got
    return Comparison(
        np.asarray(short), np.zeros(()), np.asarray(divergence_bound(subject, case)), "what is missing to 2 TV² and 0"
    )


@statement(
    MEAN_KL,
    kind=Class.THEOREM,
    formula=r"B\,\overline{KL} = B_1 \overline{KL}_1 + B_2 \overline{KL}_2",
    sources=(f"{TRPO}, eq. 12",),
    rejects="states-counted-once",
    cases=partial(divergences, min_size=2),
)
def repeated_rows_count(subject: Subject, case: DivergenceBatch) -> Comparison:
    """A row counts as often as it stands in the batch: parts add up to the whole."""
    return whole_and_halves(MEAN_KL, divergence_bound, subject, case, "mean KL of the batch and of its halves")


@statement(
    MEAN_KL,
    kind=Class.THEOREM,
    formula=r"s \notin \{s_1, \dots, s_B\} \;\Rightarrow\; \partial \overline{KL} / \partial \pi(\cdot|s) = 0",
    sources=(f"{TRPO}, eq. 12",),
    claims=("kl-expectation-state-distribution",),
    rejects="mean-over-all-states",
)
def unvisited_states_do_not_matter(subject: Subject, case: DivergenceBatch) -> Comparison:
    """What the policies do where the batch has no row changes nothing."""
    unvisited = np.setdiff1d(np.arange(len(case.logits)), case.states)
    logits = case.logits.copy()
    logits[unvisited] = logits[unvisited] + exact(np.arange(logits.shape[1]) * 3)
    changed = replace(case, logits=logits)
    (got,) = MEAN_KL.results(subject, changed)
    (before,) = MEAN_KL.results(subject, case)
    bound = np.asarray(divergence_bound(subject, case) + divergence_bound(subject, changed))
    return Comparison(got, before, bound, "mean KL with other unvisited states and without")


@statement(
    MEAN_KL,
    kind=Class.THEOREM,
    formula=r"\overline{KL}(\theta_{old} + c_s, \theta + c'_s) = \overline{KL}(\theta_{old}, \theta)",
    sources=(KULLBACK,),
    claims=("softmax-linear-policy",),
    rejects="logits-clamped",
)
def logits_may_be_shifted(subject: Subject, case: DivergenceBatch) -> Comparison:
    """A constant added to all old or all new logits of a state leaves the divergence alone."""
    shift = shifts(len(case.logits))
    shifted = replace(case, logits=case.logits + shift, old_logits=case.old_logits - shift)
    (got,) = MEAN_KL.results(subject, shifted)
    (before,) = MEAN_KL.results(subject, case)
    bound = np.asarray(divergence_bound(subject, shifted) + divergence_bound(subject, case))
    return Comparison(got, before, bound, "shifted logits and plain ones")


@statement(
    MEAN_KL,
    kind=Class.THEOREM,
    formula=r"\Bigl|\overline{KL}(\theta, \theta + \Delta) - \tfrac12 \Delta^\top F \Delta\Bigr|"
    r"\le \frac1{36\sqrt3\,B} \sum_i \bigl(\max_a \Delta(s_i, a) - \min_a \Delta(s_i, a)\bigr)^3",
    sources=(f"{TRPO}, appendix C", "Kullback (1959), Information theory and statistics, chapter 2, section 6"),
    claims=("kl-hessian-fisher", "kl-third-order-remainder"),
    rejects="sum-for-mean",
    cases=nearby,
)
def second_order_is_the_fisher_information(subject: Subject, case: DivergenceBatch) -> Comparison:
    """Close to equality, the divergence is half the quadratic form of the Fisher information, up to third order."""
    change = case.logits - case.old_logits
    weights = state_frequencies(case.states, len(change))
    with precision(BITS):
        image = softmax_fisher_vector_product(weights, exact_policy(case.old_logits), change)
        expected = np.asarray((change * image).sum() / 2)
        remainder = float(floating(third_order_remainder(weights, change)))
    (got,) = MEAN_KL.results(subject, case)
    return Comparison(got, expected, np.asarray(remainder + divergence_bound(subject, case)), "mean KL and ½ ΔᵀFΔ")


@statement(
    MEAN_KL,
    kind=Class.THEOREM,
    formula=r"|\theta| \le 10^4:\quad \overline{KL} < \infty, \quad 0 \log 0 = 0",
    sources=(KULLBACK,),
    claims=("kl-definition",),
    rejects="zero-times-log-zero",
    cases=far,
)
def far_logits_do_no_harm(subject: Subject, case: DivergenceBatch) -> Comparison:
    """Probabilities below the range of floats give the exact divergence, and never NaN.

    Where a new probability is below that range, +∞ is accepted as well: what ``torch.distributions`` says there.
    """
    (got,) = MEAN_KL.results(subject, case)
    expected = exact_divergence(case)
    if got == np.inf and floating(exact_policy(case.logits))[case.states].min() < 4 * TINY[subject.dtype]:
        got = floating(expected)
    return Comparison(got, expected, np.asarray(divergence_bound(subject, case)), "mean KL at far logits")
