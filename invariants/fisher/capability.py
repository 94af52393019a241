"""``fisher_vector_product``: its arguments, the right answer, and how far rounding may take it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Arithmetic, Array, ball, floating, precision
from ...reference.fisher import softmax_fisher_vector_product, state_frequencies
from ...reference.softmax import softmax
from ..capability import Capability
from ..subject import Subject
from ..tables import BITS, TINY, exact_policy, log_prob_error
from .strategies import FisherProduct, products

__all__ = ["FISHER_VECTOR_PRODUCT", "exact_product", "product_bound"]


def oracle(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """(F + damping I) v."""
    weights = state_frequencies(states, len(logits), Arithmetic.FLOAT)
    return softmax_fisher_vector_product(weights, softmax(logits), vector, damping=damping)


def exact_product(case: FisherProduct) -> Array:
    """(F + damping I) v as balls."""
    weights = state_frequencies(case.states, len(case.logits))
    with precision(BITS):
        product = softmax_fisher_vector_product(weights, exact_policy(case.logits), case.vector, damping=case.damping)
        return ball(product)


def product_bound(subject: Subject, case: FisherProduct) -> Array:
    """(6 ε(s) + 2u (B + 2A + 8)) w(s) π(a|s) (|v(s, a)| + Σ_b π(b|s) |v(s, b)|) + 4u c |v(s, a)|, ``[S, A]``.

    w π (v − πᵀv) holds π, right to ε, up to three times; a product through scores, through an explicit matrix or
    through second derivatives of either divergence adds parts of the same magnitude that cancel, which doubles it.
    The sum over A actions, the mean over B rows and the products cost B + 2A + 8 units, damping c at most 4. What
    underflows adds a few of the smallest normal numbers.
    """
    u, policy, vector = subject.unit_roundoff, softmax(floating(case.logits)), np.abs(floating(case.vector))
    weights = state_frequencies(case.states, len(policy), Arithmetic.FLOAT)[:, None]
    magnitude = weights * policy * (vector + (policy * vector).sum(axis=-1, keepdims=True))
    relative = 6 * log_prob_error(subject, case.logits) + 2 * u * (case.size + 2 * policy.shape[1] + 8)
    underflow = 8 * TINY[subject.dtype] * np.where(weights > 0, 1 + vector.sum(axis=-1, keepdims=True), 0.0)
    damped = float(floating(case.damping)) * vector
    return np.asarray(relative[:, None] * magnitude + 4 * u * damped + underflow)


def tolerance(subject: Subject, case: FisherProduct) -> float:
    """What rounding may do to any wrong version: 16 (ε + u (B + 2A + 8)) (1 + c) B Σ|v| in every entry."""
    work = log_prob_error(subject, case.logits).max() + subject.unit_roundoff * (case.size + 2 * case.logits.shape[1])
    size = (1 + float(floating(case.damping))) * case.size * (1 + np.abs(floating(case.vector)).sum())
    return float(16 * work * size)


def arguments(case: FisherProduct) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Logits, states and vector; the damping by keyword."""
    return (case.logits, case.states, case.vector), {"damping": case.damping}


FISHER_VECTOR_PRODUCT = Capability(
    "fisher_vector_product", products, arguments, lambda case: (case.logits.shape,), tolerance, oracle
)
