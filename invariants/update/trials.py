"""What a line search sees at a multiple of the full step, and what rounding lets it decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, ball, exact, floating, precision
from ...reference.natural_gradient.multiplicative_weights import tilted_policy
from ...reference.trpo import trial
from ..tables import BITS, log_prob_error
from .full_step import FullStep, Problem

__all__ = ["Verdict", "at_change", "at_scale"]


@dataclass(frozen=True)
class Verdict:
    """The mean KL divergence and the gain of the surrogate at a trial, and how wrong an implementation may see them."""

    divergence: float
    gain: float
    divergence_error: float
    gain_error: float

    def fits(self, max_kl: float, least_gain: float = 0.0) -> bool:
        """Whether the trial is acceptable to everyone, by a margin."""
        near = self.divergence + self.divergence_error < max_kl
        return near and self.gain - self.gain_error > least_gain

    def may_fit(self, max_kl: float) -> bool:
        """Whether rounding may let the trial pass."""
        return self.divergence - self.divergence_error <= max_kl and self.gain + self.gain_error >= 0


def at_scale(problem: Problem, step: FullStep, scale: float) -> Verdict:
    """The trial at ``scale`` times a step, which an implementation has only up to the bound on it."""
    with precision(BITS):
        change = exact(scale).item() * problem.exact_step(step)
    return _verdict(problem, change, problem.bound(step, scale), problem.total_energy(step, scale), step.largest)


def at_change(problem: Problem, new: Array) -> Verdict:
    """The trial at an implementation's own new logits, which it has up to their rounding: 8u maxₐ|θ'|."""
    with precision(BITS):
        change = ball(exact(new) - problem.case.logits)
    largest = np.maximum(np.abs(new), np.abs(problem.logits)).max(axis=-1)
    rounding = np.broadcast_to(8 * problem.subject.unit_roundoff * largest[:, None], new.shape)
    return _verdict(problem, change, rounding, problem.norm(rounding), largest)


def _verdict(problem: Problem, change: Array, entries: Array, energy: float, largest: Array) -> Verdict:
    """The exact trial with the errors of the divergence and of the gain, each doubled.

    Of the change: the divergence has the slope w (π' − π), of F⁺-norm χ = √(Σ w (π' − π)²/π), so E in the Fisher norm
    moves it by χ E; a row's ρ moves by the factor 2 maxₐ of the bound on the entries of its state. Where that bound
    exceeds 1/2, neither is known. Of their own rounding, with ε and ε' the errors of log π and log π', u the unit:
    mean over rows of 2(ε + ε') + (2ε + 2u (A + B + 4)) Σₐ π (|log π| + |log π'|), and B⁻¹ Σᵢ (|ρᵢ Âᵢ| (2ε + 2ε' +
    2u (|log ρᵢ| + B + 4)) + |Âᵢ| 2u (B + 4)).
    """
    case, unit, visited = problem.case, problem.subject.unit_roundoff, problem.visited
    columns = case.states, case.actions
    with precision(BITS):
        found = trial(problem.exact_policy, change, *columns, ball(case.advantages))
        new = floating(tilted_policy(problem.exact_policy, change))
    worst = np.where(visited, entries.max(axis=-1), 0.0)
    divergence, gain = float(floating(found.mean_kl)), float(floating(found.gain))
    if not worst.max() <= 1 / 2:
        return Verdict(divergence, gain, np.inf, np.inf)
    old, moved = np.log(problem.policy), floating(change)
    top = (old + moved).max(axis=-1, keepdims=True)
    log_new = old + moved - top - np.log(np.exp(old + moved - top).sum(axis=-1, keepdims=True))
    error_old = log_prob_error(problem.subject, case.logits)
    actions, size = new.shape[-1], case.size
    error_new = unit * (4 * largest + 2 * actions + 16)
    chi = float(np.sqrt((problem.weights[:, None] * (new - problem.policy) ** 2 / problem.policy).sum()))
    both = (problem.policy * (np.abs(old) + np.abs(log_new))).sum(axis=-1)
    own = problem.weights * (2 * (error_old + error_new) + (2 * error_old + 2 * unit * (actions + size + 4)) * both)
    log_ratio, advantages = (log_new - old)[columns], np.abs(floating(case.advantages))
    work = (2 * error_old + 2 * error_new + 2 * worst)[case.states] + 2 * unit * (np.abs(log_ratio) + size + 4)
    blurred = (advantages * (np.exp(log_ratio) * work + 2 * unit * (size + 4))).sum() / size
    return Verdict(divergence, gain, 2 * float(chi * energy + own.sum()), 2 * float(blurred))


def slope(problem: Problem, step: FullStep) -> Any:
    """gᵀd of the full step: the gain that its linear model expects."""
    return float((problem.gradient * step.nearly).sum())
