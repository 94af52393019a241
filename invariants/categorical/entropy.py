"""The entropy of a choice, in nats."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import ball, precision
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import (
    BITS,
    COVER_THOMAS_2006,
    ENTROPY,
    SHANNON_1948,
    entropy_bound,
    exact_entropy,
    own_log_probs,
)
from .strategies import Logits, Products, ShiftedRows, outer_sum, products, shifted_rows, uniform


@statement(
    ENTROPY,
    kind=Class.DEFINITION,
    formula=r"H = -\sum_a \pi(a) \log\pi(a)",
    sources=(f"{SHANNON_1948}, section 6",),
    rejects="log-likelihood-without-its-sign",
)
def equals_the_expected_surprise(subject: Subject, case: Logits) -> Comparison:
    """The entropy is the mean of −log π under π itself, where 0 log 0 is 0."""
    return Comparison(
        ENTROPY.results(subject, case)[0],
        exact_entropy(case.logits),
        entropy_bound(case, subject),
        "entropy and −Σ π log π",
    )


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"H = -\sum_a e^{\ell(a)} \ell(a), \quad \ell = \log\pi \text{ as the implementation has it}",
    sources=(f"{SHANNON_1948}, section 6",),
    rejects="entropy-of-the-sampled-action",
)
def agrees_with_the_implementations_log_probabilities(subject: Subject, case: Logits) -> Comparison:
    """Entropy and log-probabilities describe the same distribution.

    Bound: that of the entropy for the result, and Σ π e (1 + |log π|), e the error of log π, for the sum.
    """
    log_probs, errors = own_log_probs(subject, case.logits)
    with np.errstate(all="ignore"):
        probs = np.exp(log_probs)
        expected = -(probs * log_probs).sum(axis=-1)
        slack = (probs * (errors + 2.0**-51) * (1 + np.abs(log_probs))).sum(axis=-1)
    return Comparison(
        ENTROPY.results(subject, case)[0],
        expected,
        entropy_bound(case, subject) + slack,
        "entropy and mean of own −log π",
    )


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"0 \le H \le \log K",
    sources=(f"{SHANNON_1948}, section 6, properties 1 and 2", f"{COVER_THOMAS_2006}, theorem 2.6.4"),
    rejects="log-likelihood-without-its-sign",
)
def between_none_and_that_of_an_even_choice(subject: Subject, case: Logits) -> Comparison:
    """An entropy is never negative and never above the log of the number of actions."""
    got = ENTROPY.results(subject, case)[0]
    with np.errstate(invalid="ignore"):
        outside = got - np.clip(got, 0.0, np.log(case.logits.shape[1]))
    return Comparison(outside, np.zeros(case.size), entropy_bound(case, subject), "entropy outside [0, log K] and 0")


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"\theta_a = \theta_b \;\forall a, b \;\Rightarrow\; H = \log K",
    sources=(f"{SHANNON_1948}, section 6, property 2",),
    rejects="entropy-in-bits",
)
def an_even_choice_has_log_k(subject: Subject, case: Logits) -> Comparison:
    """Equal logits have the entropy log K, in nats."""
    even = Logits(uniform(case.logits.shape, case.logits[0, 0]))
    with precision(BITS):
        expected = np.full(case.size, ball(case.logits.shape[1]).item().log(), dtype=object)
    return Comparison(
        ENTROPY.results(subject, even)[0], expected, entropy_bound(even, subject), "entropy of equal logits and log K"
    )


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"H(\theta + c) = H(\theta)",
    sources=(f"{SHANNON_1948}, section 6",),
    rejects="exponentials-overflow",
    cases=shifted_rows,
)
def unmoved_by_a_shift_of_all_logits(subject: Subject, case: ShiftedRows) -> Comparison:
    """A number added to all logits of a row changes no entropy."""
    here, moved = Logits(case.logits), Logits(case.logits + case.shift)
    bound = entropy_bound(here, subject) + entropy_bound(moved, subject)
    return Comparison(
        ENTROPY.results(subject, moved)[0], ENTROPY.results(subject, here)[0], bound, "with and without a shift"
    )


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"H(\theta \circ \sigma) = H(\theta)",
    sources=(f"{SHANNON_1948}, section 6",),
    rejects="last-action-left-out",
)
def actions_may_be_numbered_in_any_order(subject: Subject, case: Logits) -> Comparison:
    """Counting the actions from the other end changes no entropy."""
    turned = Logits(case.logits[:, ::-1].copy())
    return Comparison(
        ENTROPY.results(subject, turned)[0],
        ENTROPY.results(subject, case)[0],
        2 * entropy_bound(case, subject),
        "actions counted from the last and from the first",
    )


@statement(
    ENTROPY,
    kind=Class.THEOREM,
    formula=r"H(\pi \otimes \pi') = H(\pi) + H(\pi')",
    sources=(f"{SHANNON_1948}, section 6, property 3",),
    rejects="fraction-of-the-largest-entropy",
    cases=products,
)
def independent_choices_add_up(subject: Subject, case: Products) -> Comparison:
    """The entropy of two independent choices is the sum of theirs."""
    first, second, both = Logits(case.logits), Logits(case.other), Logits(outer_sum(case.logits, case.other))
    with np.errstate(invalid="ignore"):
        apart = ENTROPY.results(subject, first)[0] + ENTROPY.results(subject, second)[0]
    bound = sum(entropy_bound(part, subject) for part in (first, second, both))
    return Comparison(ENTROPY.results(subject, both)[0], apart, np.asarray(bound), "joint and separate choices")
