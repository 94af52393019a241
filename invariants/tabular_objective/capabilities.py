"""``policy_gradient``, ``surrogate`` and ``mean_kl``: arguments, right answers, and how far rounding may take them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array, exp, floating, precision
from ...reference.kl import categorical_kl
from ...reference.natural_gradient.gradient import batch_policy_gradient
from ...reference.softmax import log_softmax, softmax
from ..capability import Capability
from ..subject import Subject
from ..tables import BITS, LARGEST, TINY, exact_log_policy, exact_policy, floating_log_policy, log_prob_error
from .strategies import DivergenceBatch, GradientBatch, SurrogateBatch, divergences, gradients, surrogates

__all__ = [
    "MEAN_KL",
    "POLICY_GRADIENT",
    "SURROGATE",
    "divergence_bound",
    "exact_divergence",
    "exact_gradient",
    "exact_surrogate",
    "exact_terms",
    "gradient_bound",
    "surrogate_bound",
]


def gradient_oracle(logits: Array, states: Array, actions: Array, advantages: Array) -> Array:
    """B⁻¹ Σᵢ Âᵢ ∇ log π(aᵢ|sᵢ)."""
    return batch_policy_gradient(softmax(logits), states, actions, advantages)


def surrogate_oracle(logits: Array, old_logits: Array, states: Array, actions: Array, advantages: Array) -> Any:
    """B⁻¹ Σᵢ ρᵢ Âᵢ, ρᵢ from logarithms, since a far logit has a probability of 0 in floats."""
    log_ratio = (log_softmax(logits) - log_softmax(old_logits))[states, actions]
    return (exp(log_ratio) * advantages).sum() / len(states)


def divergence_oracle(old_logits: Array, logits: Array, states: Array) -> Any:
    """B⁻¹ Σᵢ Σₐ π_old(a|sᵢ) (log π_old(a|sᵢ) − log π(a|sᵢ))."""
    old = log_softmax(old_logits)
    return (exp(old) * (old - log_softmax(logits))).sum(axis=-1)[states].sum() / len(states)


def exact_gradient(case: GradientBatch) -> Array:
    """The gradient as balls."""
    with precision(BITS):
        return batch_policy_gradient(exact_policy(case.logits), case.states, case.actions, case.advantages)


def gradient_bound(subject: Subject, case: GradientBatch) -> Array:
    """(2 ε(s) + 2u (B + 4)) B⁻¹ Σ_{i: sᵢ = s} |Âᵢ| (1[aᵢ = b] + π(b|s)), ``[S, A]``, and what underflow may add.

    Each row adds Âᵢ (1[aᵢ = b] − π(b|s)), π being right to ε; products, the sum over B rows and the mean cost B + 4
    units of the magnitudes that stand here. An implementation that goes through log π or through ρ pays ε once more.
    """
    policy, advantages = softmax(floating(case.logits)), np.abs(floating(case.advantages))
    taken, total = np.zeros(policy.shape), np.zeros(len(policy))
    np.add.at(taken, (case.states, case.actions), advantages)
    np.add.at(total, case.states, advantages)
    relative = 2 * log_prob_error(subject, case.logits) + 2 * subject.unit_roundoff * (case.size + 4)
    bound = relative[:, None] * (taken + total[:, None] * policy) / case.size
    return np.asarray(bound + 4 * TINY[subject.dtype] * (total[:, None] + (total[:, None] > 0)))


def exact_terms(case: SurrogateBatch) -> Array:
    """ρᵢ Âᵢ of each row, as balls."""
    with precision(BITS):
        log_ratio = (exact_log_policy(case.logits) - exact_log_policy(case.old_logits))[case.states, case.actions]
        return np.asarray(exp(log_ratio) * case.advantages)


def exact_surrogate(case: SurrogateBatch) -> Array:
    """The surrogate as a ball."""
    with precision(BITS):
        return np.asarray(exact_terms(case).sum() / case.size)


def surrogate_bound(subject: Subject, case: SurrogateBatch) -> float:
    """B⁻¹ Σᵢ |ρᵢ Âᵢ| (2 ε(sᵢ) + 2 ε_old(sᵢ) + 2u (|log ρᵢ| + B + 4)); infinite where the sum leaves the range.

    Both log π are right to their ε, and so is π relatively; the difference, exp and the product cost |log ρ| + 4
    units, the sum and the mean B.
    """
    moved = (floating_log_policy(case.logits) - floating_log_policy(case.old_logits))[case.states, case.actions]
    advantages = np.abs(floating(case.advantages))
    with np.errstate(over="ignore"):
        magnitude = np.where(advantages > 0, np.exp(moved) * advantages, 0.0)
    if magnitude.sum() >= LARGEST[subject.dtype] / 4:
        return np.inf
    error = log_prob_error(subject, case.logits) + log_prob_error(subject, case.old_logits)
    work = 2 * subject.unit_roundoff * (np.abs(moved) + case.size + 4)
    underflow = 4 * TINY[subject.dtype] * (1 + advantages.sum())
    return float((magnitude * (2 * error[case.states] + work)).sum() / case.size + underflow)


def exact_divergence(case: DivergenceBatch) -> Array:
    """The mean divergence as a ball."""
    with precision(BITS):
        return np.asarray(state_divergences(case)[case.states].sum() / case.size)


def state_divergences(case: DivergenceBatch) -> Array:
    """KL(π_old(·|s) ‖ π(·|s)) of every state, as balls."""
    with precision(BITS):
        return categorical_kl(exact_policy(case.old_logits), exact_policy(case.logits))


def divergence_bound(subject: Subject, case: DivergenceBatch) -> float:
    """Mean over rows of 2 (ε_old + ε) + (2 ε_old + 2u (A + B + 4)) Σₐ π_old (|log π_old| + |log π|).

    Both logarithms are right to their ε, and π_old relatively; the products, the sum over A actions and the mean over B
    rows cost A + B + 4 units of the two parts, the entropy and the cross-entropy, even where they are taken apart.
    """
    old, new = floating_log_policy(case.old_logits), floating_log_policy(case.logits)
    size = (np.exp(old) * (np.abs(old) + np.abs(new))).sum(axis=-1)
    error_old, error = log_prob_error(subject, case.old_logits), log_prob_error(subject, case.logits)
    work = 2 * subject.unit_roundoff * (old.shape[-1] + case.size + 4)
    bound = 2 * (error_old + error) + (2 * error_old + work) * size
    return float(bound[case.states].mean() + TINY[subject.dtype] * (1 + np.abs(new).max()))


def gradient_tolerance(subject: Subject, case: GradientBatch) -> float:
    """What rounding may do to any wrong version: 16 (ε + u (B + 4)) Σ|Âᵢ| in every entry."""
    work = log_prob_error(subject, case.logits).max() + subject.unit_roundoff * (case.size + 4)
    return float(16 * work * (1 + np.abs(floating(case.advantages)).sum()))


def surrogate_tolerance(subject: Subject, case: SurrogateBatch) -> float:
    """The same, of the largest ratio between any two tables entries times Σ|Âᵢ|."""
    work = log_prob_error(subject, case.logits) + log_prob_error(subject, case.old_logits)
    moved = np.abs(floating_log_policy(case.logits) - floating_log_policy(case.old_logits))[case.states]
    size = np.exp(moved.max()) * (1 + np.abs(floating(case.advantages)).sum())
    return float(16 * (work.max() + subject.unit_roundoff * (moved.max() + case.size + 4)) * size)


def divergence_tolerance(subject: Subject, case: DivergenceBatch) -> float:
    """What rounding may do to any wrong version: the sum of the logarithms, in either direction, of all states."""
    old, new = floating_log_policy(case.old_logits), floating_log_policy(case.logits)
    work = log_prob_error(subject, case.logits) + log_prob_error(subject, case.old_logits)
    return float(16 * case.size * work.max() * (1 + (np.abs(old) + np.abs(new)).max()))


POLICY_GRADIENT = Capability(
    "policy_gradient",
    gradients,
    lambda case: ((case.logits, case.states, case.actions, case.advantages), {}),
    lambda case: (case.logits.shape,),
    gradient_tolerance,
    gradient_oracle,
)
SURROGATE = Capability(
    "surrogate",
    surrogates,
    lambda case: ((case.logits, case.old_logits, case.states, case.actions, case.advantages), {}),
    lambda _: ((),),
    surrogate_tolerance,
    surrogate_oracle,
)
MEAN_KL = Capability(
    "mean_kl",
    divergences,
    lambda case: ((case.old_logits, case.logits, case.states), {}),
    lambda _: ((),),
    divergence_tolerance,
    divergence_oracle,
)
