"""The Kullback–Leibler divergence of two choices, in nats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, ball, exact, floating, precision
from ...reference.fisher import softmax_fisher_vector_product
from ...reference.kl import third_order_remainder, total_variation
from ...reference.softmax import log_softmax, softmax
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import (
    BITS,
    COVER_THOMAS_2006,
    KL,
    KULLBACK_LEIBLER_1951,
    exact_kl,
    kl_bound,
    own_log_probs,
)
from .strategies import (
    LogitsPair,
    ProductPairs,
    ShiftedPairs,
    Steps,
    far_pairs,
    outer_sum,
    product_pairs,
    shifted_pairs,
    steps,
)

SMALLEST = {name: float(np.log(np.finfo(name).tiny)) for name in ("float32", "float64")}
"""The log of the smallest normal number."""


@statement(
    KL,
    kind=Class.DEFINITION,
    formula=r"\mathrm{KL}(p\|q) = \sum_a p(a) \log\frac{p(a)}{q(a)}",
    sources=(f"{KULLBACK_LEIBLER_1951}, eq. 2.4",),
    claims=("kl-definition", "kl-direction"),
    rejects="direction-reversed",
)
def equals_the_expected_log_ratio(subject: Subject, case: LogitsPair) -> Comparison:
    """The divergence is the mean of log p − log q under the first argument."""
    return Comparison(KL.results(subject, case)[0], exact_kl(case), kl_bound(case, subject), "KL(p‖q) and Σ p log(p/q)")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(p\|q) = \sum_a e^{\ell_p(a)} (\ell_p(a) - \ell_q(a)), \quad \ell = \log\pi"
    r" \text{ as the implementation has it}",
    sources=(f"{KULLBACK_LEIBLER_1951}, eq. 2.4",),
    claims=("kl-definition",),
    rejects="direction-reversed",
)
def agrees_with_the_implementations_log_probabilities(subject: Subject, case: LogitsPair) -> Comparison:
    """Divergence and log-probabilities describe the same two distributions.

    Bound: that of the divergence, for the result and once more for the sum over the log-probabilities.
    """
    log_p, errors_p = own_log_probs(subject, case.logits_p)
    log_q, errors_q = own_log_probs(subject, case.logits_q)
    with np.errstate(all="ignore"):
        probs = np.exp(log_p)
        expected = (probs * (log_p - log_q)).sum(axis=-1)
        size = np.abs(log_p) + np.abs(log_q)
        slack = (probs * (errors_p * (1 + size) + errors_q + 2.0**-50 * (1 + size))).sum(axis=-1)
    return Comparison(
        KL.results(subject, case)[0], expected, kl_bound(case, subject) + slack, "KL(p‖q) and own log-probabilities"
    )


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(p\|p) = 0",
    sources=(f"{KULLBACK_LEIBLER_1951}, lemma 3.1",),
    claims=("kl-self",),
    rejects="cross-entropy-in-place-of-divergence",
)
def nothing_lies_between_equals(subject: Subject, case: LogitsPair) -> Comparison:
    """The divergence of a distribution from itself is 0."""
    same = replace(case, logits_p=case.logits_q)
    return Comparison(KL.results(subject, same)[0], np.zeros(case.size), kl_bound(same, subject), "KL(q‖q) and 0")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(p\|q) \ge 2\,\mathrm{TV}(p, q)^2 \ge 0",
    sources=("Pinsker (1964), Information and information stability", f"{COVER_THOMAS_2006}, lemma 11.6.1"),
    claims=("kl-nonneg",),
    rejects="distribution-compared-with-itself",
)
def at_least_twice_the_squared_total_variation(subject: Subject, case: LogitsPair) -> Comparison:
    """Pinsker's inequality, of which non-negativity is a part: two different distributions are a distance apart."""
    with precision(BITS):
        distance = total_variation(ball(softmax(case.logits_p)), ball(softmax(case.logits_q)))
        least = floating(2 * distance * distance)
    got = KL.results(subject, case)[0]
    with np.errstate(invalid="ignore"):
        missing = np.where(np.isfinite(got), np.maximum(least - got, 0.0), np.nan)
    return Comparison(missing, np.zeros(case.size), kl_bound(case, subject), "2 TV² above KL(p‖q), and 0")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(\theta_p + c \,\|\, \theta_q + c') = \mathrm{KL}(\theta_p \,\|\, \theta_q)",
    sources=(f"{KULLBACK_LEIBLER_1951}, eq. 2.4",),
    rejects="logits-as-log-probabilities",
    cases=shifted_pairs,
)
def unmoved_by_a_shift_of_all_logits(subject: Subject, case: ShiftedPairs) -> Comparison:
    """A number added to all logits of a row, another one for each distribution, changes no divergence."""
    here = LogitsPair(case.logits_p, case.logits_q)
    moved = LogitsPair(case.logits_p + case.shift_p, case.logits_q + case.shift_q)
    bound = kl_bound(here, subject) + kl_bound(moved, subject)
    return Comparison(KL.results(subject, moved)[0], KL.results(subject, here)[0], bound, "with and without shifts")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(p \circ \sigma \| q \circ \sigma) = \mathrm{KL}(p\|q)",
    sources=(f"{KULLBACK_LEIBLER_1951}, corollary 4.1",),
    rejects="last-action-left-out",
)
def actions_may_be_numbered_in_any_order(subject: Subject, case: LogitsPair) -> Comparison:
    """Counting the actions from the other end changes no divergence."""
    turned = LogitsPair(case.logits_p[:, ::-1].copy(), case.logits_q[:, ::-1].copy())
    return Comparison(
        KL.results(subject, turned)[0],
        KL.results(subject, case)[0],
        2 * kl_bound(case, subject),
        "actions counted from the last and from the first",
    )


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\mathrm{KL}(p \otimes p' \| q \otimes q') = \mathrm{KL}(p\|q) + \mathrm{KL}(p'\|q')",
    sources=(f"{KULLBACK_LEIBLER_1951}, theorem 3.1", f"{COVER_THOMAS_2006}, theorem 2.5.3"),
    rejects="mean-over-the-actions",
    cases=product_pairs,
)
def independent_choices_add_up(subject: Subject, case: ProductPairs) -> Comparison:
    """The divergence of two independent choices is the sum of theirs."""
    first, second = LogitsPair(case.logits_p, case.logits_q), LogitsPair(case.other_p, case.other_q)
    both = LogitsPair(outer_sum(case.logits_p, case.other_p), outer_sum(case.logits_q, case.other_q))
    with np.errstate(invalid="ignore"):
        apart = KL.results(subject, first)[0] + KL.results(subject, second)[0]
    bound = sum(kl_bound(part, subject) for part in (first, second, both))
    return Comparison(KL.results(subject, both)[0], apart, np.asarray(bound), "joint and separate choices")


@statement(
    KL,
    kind=Class.THEOREM,
    formula=r"\left|\mathrm{KL}(\theta \| \theta + \Delta) - \tfrac12 \Delta^\top F \Delta\right|"
    r" \le \frac{(\max\Delta - \min\Delta)^3}{36\sqrt3}, \quad F = \operatorname{diag}\pi - \pi\pi^\top",
    sources=("Kullback (1959), Information theory and statistics, chapter 2, eq. 6.4",),
    claims=("kl-hessian-fisher", "kl-third-order-remainder"),
    rejects="mean-over-the-actions",
    cases=steps,
)
def second_order_is_the_fisher_information(subject: Subject, case: Steps) -> Comparison:
    """A small step Δ of the logits is ½ΔᵀFΔ away, up to a remainder of third order."""
    pair = LogitsPair(case.logits, case.logits + case.step)
    expected, remainder = _second_order(case)
    bound = kl_bound(pair, subject) + remainder
    return Comparison(KL.results(subject, pair)[0], expected, bound, "KL(θ‖θ+Δ) and ½ΔᵀFΔ")


@statement(
    KL,
    kind=Class.CONVENTION,
    formula=r"\min_a q(a) < \text{the smallest float} \;\Rightarrow\; \mathrm{KL}(p\|q) = \sum_a p(a)"
    r" (\log p(a) - \log q(a)) \text{ or } +\infty",
    sources=(f"{KULLBACK_LEIBLER_1951}, eq. 2.4",),
    claims=("kl-definition",),
    rejects="exponentials-overflow",
    cases=far_pairs,
)
def finite_or_infinite_where_a_probability_underflows(subject: Subject, case: LogitsPair) -> Comparison:
    """Where a q(a) is too small for a float, the divergence is the finite number that it is, or +∞.

    Code that works on log-probabilities gives the number; ``torch.distributions`` tests the probability for 0 and
    gives +∞. Where every q(a) is a normal number, +∞ is wrong.
    """
    got = KL.results(subject, case)[0]
    under = log_softmax(floating(case.logits_q)).min(axis=-1) < SMALLEST[subject.dtype]
    infinite = under & np.isposinf(got)
    expected = exact_kl(case)
    got = np.where(infinite, floating(expected), got)
    what = "+∞" if infinite.any() else "the finite divergence"
    bound = kl_bound(case, subject) + np.where(infinite, 2.0**-52 * floating(expected), 0.0)
    given = (
        {"divergence_beyond_the_smallest_float": ("infinite" if infinite.any() else "finite",)} if under.any() else {}
    )
    return Comparison(got, expected, bound, f"KL(p‖q) beyond the smallest float, where {what} is given", given)


def _second_order(case: Steps) -> tuple[Array, Array]:
    """½ΔᵀFΔ and its remainder, row by row: each row is a state of weight 1."""
    even, one = exact(np.ones(case.size, dtype=int)) / exact(case.size), exact(np.ones((case.size, 1), dtype=int))
    with precision(BITS):
        product = softmax_fisher_vector_product(even, ball(softmax(case.logits)), case.step)
        quadratic = exact(case.size) * (case.step * product).sum(axis=-1) / 2
        return np.asarray(quadratic), floating(third_order_remainder(one, case.step[:, None]))
