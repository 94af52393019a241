"""Gradient ascent on the clipped objective, replayed exactly, and how far rounding may take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, ball, floating, precision
from ...reference.ppo import policy_loss_gradients
from ...reference.softmax import log_softmax, softmax
from ..subject import Subject
from ..tables import BITS, log_prob_error
from .strategies import AscentBatch

__all__ = ["Replay", "ascend", "replay"]


def ascend(
    logits: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    clip_range: Any,
    learning_rate: Any,
    epochs: int,
) -> Array:
    """θ ← θ + α ∇ B⁻¹ Σᵢ min(ρᵢ Âᵢ, clip(ρᵢ) Âᵢ), ``epochs`` times, ρ against the first θ; ``[S, A]``."""
    old = log_softmax(logits)[states, actions]
    for _ in range(epochs):
        pull = row_pulls(logits, old, states, actions, advantages, clip_range)
        logits = logits + learning_rate * logit_gradient(softmax(logits), states, actions, pull)
    return logits


def row_pulls(logits: Array, old: Array, states: Array, actions: Array, advantages: Array, clip_range: Any) -> Array:
    """The derivative of the objective with respect to each row's log-probability, from below; ``[B]``."""
    log_probs = log_softmax(logits)[states, actions]
    return np.asarray(-policy_loss_gradients(log_probs, old, advantages, clip_range=clip_range)[0])


def logit_gradient(policy: Array, states: Array, actions: Array, pull: Array) -> Array:
    """Σ_{i: sᵢ = s} pᵢ (1[aᵢ = b] − π(b|s)), ``[S, A]``, in any arithmetic."""
    gradient = 0 * policy
    others = np.eye(policy.shape[-1], dtype=int)
    for state, action, each in zip(states, actions, pull, strict=True):
        gradient[state] = gradient[state] + each * (others[action] - policy[state])
    return np.asarray(gradient)


@dataclass(frozen=True, eq=False)
class Replay:
    """The exact logits after the last epoch, ``[S, A]``, and a bound on the error of each entry."""

    logits: Array
    error: Array


def replay(subject: Subject, case: AscentBatch) -> Replay:
    """The exact ascent beside a bound e(s, b) on the error of a correct implementation, epoch by epoch.

    With E = max_b e(s, b) and h = u (4 max|θ| + 2A + 16), which bounds the rounding of log π: a pull ρÂ/B is wrong
    by the factor 2E + h + h₀ + u (|log ρ| + B + 8), and π(b|s) by the factor 2E + h, so that with
    M(s, b) = B⁻¹ Σ_{i: sᵢ=s} |ρᵢÂᵢ| (1[aᵢ=b] + π(b|s)), over the rows that pull,
    e ← e + α M (4E + 2h + h₀ + u (|log ρ| + B + 8)) · 2 + 2u (max|θ| of before and after): the first order, doubled.
    Where that takes any ratio across a kink, or E beyond 1/16, the state is no longer bounded: infinite.
    """
    u, size = subject.unit_roundoff, case.size
    rate = float(abs(floating(case.learning_rate)))
    columns, advantages = (case.states, case.actions), np.abs(floating(case.advantages))
    epsilon = float(floating(case.clip_range))
    error, lost = np.zeros(case.logits.shape), np.zeros(len(case.logits), dtype=bool)
    with precision(BITS):
        start, rows = ball(case.logits), (case.states, case.actions, ball(case.advantages))
        logits, old, clip_range = start, log_softmax(start)[columns], ball(case.clip_range)[()]
        started, seen = log_prob_error(subject, start), np.bincount(case.states, minlength=len(error)) > 0
        for _ in range(case.epochs):
            log_ratio = floating(log_softmax(logits)[columns] - old)
            ratio, policy, largest = np.exp(log_ratio), softmax(logits), error.max(axis=-1)
            pull = row_pulls(logits, old, *rows, clip_range)
            relative = 4 * largest + 2 * log_prob_error(subject, logits) + started + u * (size + 8)
            slack = 2 * (relative[case.states] + u * np.abs(log_ratio))
            off_kink = np.minimum(np.abs(ratio - 1 - epsilon), np.abs(ratio - 1 + epsilon)) - 4 * u
            lost[case.states[(off_kink <= slack * ratio) & (advantages > 0)]] = True
            pulled = ratio * advantages / size * (floating(pull) != 0) * slack
            moved, total = np.zeros(error.shape), np.zeros(len(error))
            np.add.at(moved, columns, pulled)
            np.add.at(total, case.states, pulled)
            rounding = np.abs(floating(logits)).max(axis=-1)
            logits = logits + case.learning_rate * logit_gradient(policy, *columns, pull)
            rounding = 2 * u * (rounding + np.abs(floating(logits)).max(axis=-1))
            error = error + rate * (moved + total[:, None] * floating(policy)) + np.where(seen, rounding, 0)[:, None]
            lost |= error.max(axis=-1) > 1 / 16
            error[lost] = 0
    error[lost] = np.inf
    return Replay(logits, error)
