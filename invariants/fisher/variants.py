"""Known bugs of Fisher-vector products, as wrong versions of the oracle."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ...reference.softmax import softmax
from ..variant import variant
from .capability import FISHER_VECTOR_PRODUCT

PRODUCT = "fisher_vector_product"
right = FISHER_VECTOR_PRODUCT.oracle


@variant(
    PRODUCT,
    citations=("dongminlee94/deep_rl#5: KL(π, π) with both arguments differentiated has no Hessian but zero",),
)
def policy_compared_with_itself(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """The divergence is of a policy from itself, so that only the damping is left."""
    del logits, states
    return damping * vector


@variant(PRODUCT, citations=("wojzaremba/trpo bea11a3 (#3): conjugate gradients without the 0.1 v of the original",))
def damping_forgotten(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """F v without the damping."""
    del damping
    return np.asarray(right(logits, states, vector, damping=0.0))


@variant(
    PRODUCT,
    citations=("joschu/modular_rl 30c4371: unflatten never advanced its offset: every array got vec[0:size]",),
)
def every_row_takes_the_first_part_of_the_vector(
    logits: Array, states: Array, vector: Array, *, damping: float
) -> Array:
    """The flat vector is cut into rows that all begin at its start."""
    return np.asarray(right(logits, states, np.tile(vector[:1], (len(vector), 1)), damping=damping))


@variant(PRODUCT)
def mean_over_all_states(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: every state of the table has the same weight, in the batch or not."""
    del states
    return np.asarray(right(logits, np.arange(len(logits)), vector, damping=damping))


@variant(PRODUCT)
def states_counted_once(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: the mean over the states that occur, however often."""
    return np.asarray(right(logits, np.unique(states), vector, damping=damping))


@variant(PRODUCT)
def sum_for_mean(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: the sum over the rows of the batch."""
    return np.asarray(len(states) * right(logits, states, vector, damping=0.0) + damping * vector)


@variant(PRODUCT)
def hessian_of_the_log_likelihood(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: the sign that turns the mean Hessian of log π into the Fisher information is missing."""
    return np.asarray(damping * vector - right(logits, states, vector, damping=0.0))


@variant(PRODUCT)
def scores_not_centred(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: w diag π in place of w (diag π − π πᵀ)."""
    weights = np.bincount(states, minlength=len(logits)) / len(states)
    return np.asarray(weights[:, None] * softmax(logits) * vector + damping * vector)


@variant(PRODUCT)
def covariance_in_the_wrong_order(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: π (v − mean of v) with the plain mean of v over the actions: not symmetric."""
    weights = np.bincount(states, minlength=len(logits)) / len(states)
    centred = vector - vector.mean(axis=-1, keepdims=True)
    return np.asarray(weights[:, None] * softmax(logits) * centred + damping * vector)


@variant(PRODUCT)
def vector_normalised(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: the vector is scaled to length 1 first."""
    return np.asarray(right(logits, states, vector / max(1.0, float(np.linalg.norm(vector))), damping=damping))


@variant(PRODUCT)
def logits_clamped(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: logits are forced into [−2, 2]."""
    return np.asarray(right(np.clip(logits, -2, 2), states, vector, damping=damping))


@variant(PRODUCT)
def softmax_without_a_shift(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """Control: the exponentials of the logits are taken as they are, and overflow."""
    policy = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    weights = np.bincount(states, minlength=len(logits)) / len(states)
    centred = vector - (policy * vector).sum(axis=-1, keepdims=True)
    return np.asarray(weights[:, None] * policy * centred + damping * vector)
