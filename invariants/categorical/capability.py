"""``categorical_log_prob``, ``categorical_entropy``, ``categorical_kl``: what is right, and how far rounding goes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array, ball, floating, precision
from ...reference.kl import categorical_kl
from ...reference.softmax import log_softmax, softmax
from ..capability import Capability
from ..subject import Subject
from .strategies import Choices, Logits, LogitsPair, choices, logits, pairs

__all__ = [
    "ENTROPY",
    "KL",
    "LOG_PROB",
    "entropy_bound",
    "exact_entropy",
    "exact_kl",
    "exact_log_probs",
    "kl_bound",
    "log_prob_bound",
    "log_prob_errors",
    "own_log_probs",
    "taken",
]

BITS = 160
SHANNON_1948 = "Shannon (1948), A mathematical theory of communication"
KULLBACK_LEIBLER_1951 = "Kullback, Leibler (1951), On information and sufficiency"
COVER_THOMAS_2006 = "Cover, Thomas (2006), Elements of information theory"


def taken(table: Array, actions: Array) -> Array:
    """The entry of each row that its action names: ``[B, K]``, ``[B]`` → ``[B]``."""
    return np.asarray(table[np.arange(len(actions)), actions])


def exact_log_probs(table: Array) -> Array:
    """Log π of every action as balls, ``[B, K]``."""
    with precision(BITS):
        return ball(log_softmax(table))


def exact_entropy(table: Array) -> Array:
    """−Σ π log π as balls, ``[B]``."""
    with precision(BITS):
        log_probs = exact_log_probs(table)
        return np.asarray(-(ball(softmax(table)) * log_probs).sum(axis=-1))


def exact_kl(case: LogitsPair) -> Array:
    """KL(p‖q) as balls, ``[B]``."""
    with precision(BITS):
        return ball(categorical_kl(ball(softmax(case.logits_p)), ball(softmax(case.logits_q))))


def log_prob_errors(table: Array, subject: Subject) -> Array:
    """2u (M + |log π| + 2K + 6) for every action, ``[B, K]``, M = max |θ| of the row.

    θ − max and the sum max + log Σ round numbers of size M; exp turns the rounding u|x| of its argument x into
    Σ eˣ u|x| ≤ uK/e, and is itself right to a few u, as log is; adding K terms costs Ku and the last subtraction
    u |log π|. Doubled, for a normalisation done twice.
    """
    theta = floating(table)
    log_probs = log_softmax(theta)
    size, outcomes = np.abs(theta).max(axis=-1, keepdims=True), theta.shape[-1]
    return np.asarray(2 * subject.unit_roundoff * (size + np.abs(log_probs) + 2 * outcomes + 6))


def log_prob_bound(case: Choices, subject: Subject) -> Array:
    """The error of the action taken, ``[B]``."""
    return taken(log_prob_errors(case.logits, subject), case.actions)


def entropy_bound(case: Logits, subject: Subject) -> Array:
    """Σ π e (1 + |log π|) + 2u(K + 8) Σ π (|log π| + |θ|), e the error of log π and of π relative to itself, ``[B]``.

    The first sum is what the errors of log π do to Σ π log π, the second what multiplying and adding K terms does,
    whether they are π log π or, in log Σ exp θ − Σ π θ, π θ.
    """
    theta = floating(case.logits)
    log_probs = log_softmax(theta)
    return _weighed(theta, log_probs, np.abs(log_probs), log_prob_errors(case.logits, subject), subject)


def kl_bound(case: LogitsPair, subject: Subject) -> Array:
    """Σ p (e_p (1 + |log p| + |log q|) + e_q) + 2u(K + 8) Σ p (|log p| + |log q| + |θ_p| + |θ_q|), ``[B]``.

    Absolute on purpose: where p is near q, Σ p (log p − log q) cancels, and is right to u Σ p |log p| all the same.
    """
    theta_p, theta_q = floating(case.logits_p), floating(case.logits_q)
    log_p, log_q = log_softmax(theta_p), log_softmax(theta_q)
    theta = np.abs(theta_p) + np.abs(theta_q)
    errors_q = (np.exp(log_p) * log_prob_errors(case.logits_q, subject)).sum(axis=-1)
    size = np.abs(log_p) + np.abs(log_q)
    return np.asarray(_weighed(theta, log_p, size, log_prob_errors(case.logits_p, subject), subject) + errors_q)


def _weighed(theta: Array, log_probs: Array, size: Array, errors: Array, subject: Subject) -> Array:
    probs, outcomes = np.exp(log_probs), theta.shape[-1]
    adding = 2 * subject.unit_roundoff * (outcomes + 8) * (probs * (size + np.abs(theta))).sum(axis=-1)
    return np.asarray((probs * errors * (1 + size)).sum(axis=-1) + adding)


def own_log_probs(subject: Subject, table: Array) -> tuple[Array, Array]:
    """Log π of every action as the implementation has it, and how far rounding may have taken it, both ``[B, K]``.

    One that offers no ``categorical_log_prob`` is given the exact numbers, rounded to float64.
    """
    if LOG_PROB.name not in subject.offered:
        log_probs = floating(exact_log_probs(table))
        return log_probs, 2.0**-52 * np.abs(log_probs)
    rows, outcomes = table.shape
    every = Choices(np.repeat(table, outcomes, axis=0), np.tile(np.arange(outcomes), rows))
    return LOG_PROB.results(subject, every)[0].reshape(rows, outcomes), log_prob_errors(table, subject)


def oracle_log_prob(table: Array, actions: Array) -> Array:
    """Log π(a) in float64."""
    return taken(log_softmax(table), actions)


def oracle_entropy(table: Array) -> Array:
    """−Σ π log π in float64."""
    log_probs = log_softmax(table)
    return np.asarray(-(np.exp(log_probs) * log_probs).sum(axis=-1))


def oracle_kl(logits_p: Array, logits_q: Array) -> Array:
    """Σ p (log p − log q) in float64."""
    log_p, log_q = log_softmax(logits_p), log_softmax(logits_q)
    return np.asarray((np.exp(log_p) * (log_p - log_q)).sum(axis=-1))


def any_version(*tables: Array, subject: Subject) -> Array:
    """16u (K + 8)(1 + M)² a row, M the largest |θ| or distance between two: products of two log-probabilities."""
    stack = np.stack([floating(table) for table in tables])
    size = np.abs(stack).max(axis=(0, 2)) + np.ptp(stack, axis=2).max(axis=0)
    return np.asarray(16 * subject.unit_roundoff * (stack.shape[2] + 8) * (1 + size) ** 2)


def rows(case: Any) -> tuple[tuple[int, ...], ...]:
    """One number a row."""
    return ((case.size,),)


LOG_PROB = Capability(
    "categorical_log_prob",
    choices,
    lambda case: ((case.logits, case.actions), {}),
    rows,
    lambda subject, case: any_version(case.logits, subject=subject),
    oracle_log_prob,
)
ENTROPY = Capability(
    "categorical_entropy",
    logits,
    lambda case: ((case.logits,), {}),
    rows,
    lambda subject, case: any_version(case.logits, subject=subject),
    oracle_entropy,
)
KL = Capability(
    "categorical_kl",
    pairs,
    lambda case: ((case.logits_p, case.logits_q), {}),
    rows,
    lambda subject, case: any_version(case.logits_p, case.logits_q, subject=subject),
    oracle_kl,
)
