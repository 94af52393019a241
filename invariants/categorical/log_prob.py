"""The log-probability of an action."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import floating
from ...reference.softmax import log_softmax
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import (
    COVER_THOMAS_2006,
    LOG_PROB,
    exact_log_probs,
    log_prob_bound,
    log_prob_errors,
    taken,
)
from .strategies import Choices, Products, ShiftedRows, outer_sum, products, shifted_rows

SUTTON_BARTO_2018 = "Sutton, Barto (2018), Reinforcement learning: an introduction, 2nd ed."


@statement(
    LOG_PROB,
    kind=Class.DEFINITION,
    formula=r"\log\pi(a) = \theta_a - \log\sum_b e^{\theta_b}",
    sources=(f"{SUTTON_BARTO_2018}, eq. 13.2",),
    claims=("neural-softmax-policy",),
    rejects="softmax-applied-twice",
)
def equals_the_log_of_the_softmax(subject: Subject, case: Choices) -> Comparison:
    """The log-probability is the logit less the log of the sum of exponentials, however large the logits."""
    expected = taken(exact_log_probs(case.logits), case.actions)
    return Comparison(
        LOG_PROB.results(subject, case)[0], expected, log_prob_bound(case, subject), "log π(a) and log-softmax"
    )


@statement(
    LOG_PROB,
    kind=Class.THEOREM,
    formula=r"\sum_a e^{\log\pi(a)} = 1",
    sources=(f"{SUTTON_BARTO_2018}, section 13.1",),
    rejects="logits-as-log-probabilities",
)
def probabilities_sum_to_one(subject: Subject, case: Choices) -> Comparison:
    """Over all actions, the implementation's own probabilities add up to 1.

    Bound: Σ π (eᵉ − 1), e the error of log π, and K roundings of this sum.
    """
    rows, outcomes = case.logits.shape
    every = Choices(np.repeat(case.logits, outcomes, axis=0), np.tile(np.arange(outcomes), rows))
    log_probs = LOG_PROB.results(subject, every)[0].reshape(rows, outcomes)
    errors = log_prob_errors(case.logits, subject)
    with np.errstate(over="ignore"):
        got = np.exp(log_probs).sum(axis=-1)
    bound = (np.exp(log_softmax(floating(case.logits))) * np.expm1(errors)).sum(axis=-1) + outcomes * 2.0**-51
    return Comparison(got, np.ones(rows), bound, "sum of all probabilities and 1")


@statement(
    LOG_PROB,
    kind=Class.THEOREM,
    formula=r"\log\pi(a) - \log\pi(b) = \theta_a - \theta_b",
    sources=(f"{SUTTON_BARTO_2018}, eq. 13.2",),
    rejects="probability-in-place-of-its-logarithm",
)
def log_odds_are_differences_of_logits(subject: Subject, case: Choices) -> Comparison:
    """The log-probabilities of two actions are as far apart as their logits."""
    other = replace(case, actions=(case.actions + 1) % case.logits.shape[1])
    with np.errstate(invalid="ignore"):
        got = LOG_PROB.results(subject, case)[0] - LOG_PROB.results(subject, other)[0]
    expected = taken(case.logits, case.actions) - taken(case.logits, other.actions)
    bound = log_prob_bound(case, subject) + log_prob_bound(other, subject)
    return Comparison(got, expected, bound, "log-odds and difference of logits")


@statement(
    LOG_PROB,
    kind=Class.THEOREM,
    formula=r"\log\pi_{\theta + c}(a) = \log\pi_\theta(a)",
    sources=(f"{SUTTON_BARTO_2018}, exercise 13.3",),
    rejects="exponentials-overflow",
    cases=shifted_rows,
)
def unmoved_by_a_shift_of_all_logits(subject: Subject, case: ShiftedRows) -> Comparison:
    """A number added to all logits of a row changes nothing."""
    here = Choices(case.logits, case.actions)
    moved = Choices(case.logits + case.shift, case.actions)
    bound = log_prob_bound(here, subject) + log_prob_bound(moved, subject)
    return Comparison(
        LOG_PROB.results(subject, moved)[0], LOG_PROB.results(subject, here)[0], bound, "with and without a shift"
    )


@statement(
    LOG_PROB,
    kind=Class.THEOREM,
    formula=r"\log\pi_{\theta\circ\sigma}(\sigma^{-1}(a)) = \log\pi_\theta(a)",
    sources=(f"{SUTTON_BARTO_2018}, eq. 13.2",),
    rejects="action-of-another-number",
)
def actions_may_be_numbered_in_any_order(subject: Subject, case: Choices) -> Comparison:
    """Counting the actions from the other end changes no log-probability."""
    turned = Choices(case.logits[:, ::-1].copy(), case.logits.shape[1] - 1 - case.actions)
    bound = 2 * log_prob_bound(case, subject)
    return Comparison(
        LOG_PROB.results(subject, turned)[0],
        LOG_PROB.results(subject, case)[0],
        bound,
        "actions counted from the last and from the first",
    )


@statement(
    LOG_PROB,
    kind=Class.THEOREM,
    formula=r"\theta_{ab} = \theta_a + \theta'_b \;\Rightarrow\; \log\pi(a, b) = \log\pi(a) + \log\pi'(b)",
    sources=(f"{COVER_THOMAS_2006}, section 2.1",),
    rejects="softmax-applied-twice",
    cases=products,
)
def independent_choices_add_up(subject: Subject, case: Products) -> Comparison:
    """The log-probability of two independent choices is the sum of theirs."""
    first, second = Choices(case.logits, case.actions), Choices(case.other, case.other_actions)
    both = Choices(outer_sum(case.logits, case.other), case.actions * case.other.shape[1] + case.other_actions)
    with np.errstate(invalid="ignore"):
        apart = LOG_PROB.results(subject, first)[0] + LOG_PROB.results(subject, second)[0]
    bound = sum(log_prob_bound(part, subject) for part in (first, second, both))
    return Comparison(LOG_PROB.results(subject, both)[0], apart, np.asarray(bound), "joint and separate choices")
