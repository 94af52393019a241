"""The exact natural gradient step of a batch, and how near to it a correct implementation has to come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, ball, exact, floating, precision, sqrt
from ...reference.fisher.information import state_frequencies
from ...reference.natural_gradient import (
    softmax_damped_natural_gradient,
    softmax_natural_gradient,
    squared_step_length,
)
from ...reference.natural_gradient.gradient import batch_policy_gradient
from ..subject import Subject
from ..tables import BITS, exact_policy, log_prob_error
from .solvers import solver_slack
from .strategies import TrustRegionBatch

__all__ = ["FullStep", "Problem", "candidates"]

DAMPINGS = ("0", "1/10", "1/100", "1/1000", "1/10000", "1/100000")
"""What reputable code adds to the diagonal, where it does not say."""
RESIDUAL = 1e-10
"""The relative residual at which an iterative solver may stop."""


@dataclass(frozen=True, eq=False)
class FullStep:
    """The step √(2δ/gᵀx) x with (F + c I) x = g.

    Attributes
    ----------
    damping : c.
    nearly : the step in float64, ``[S, A]``, less its π-mean in each state: what the policy depends on.
    energy : how far from it in the Fisher norm √(dᵀFd) a correct implementation may end, before the result is rounded.
    largest : maxₐ|θ'(s, a)|, ``[S]``, for whichever constant a state may have been given.
    """

    damping: Any
    nearly: Array
    energy: float
    largest: Array


class Problem:
    """A batch as the quadratic problem that a step solves: w, π, g, and F = block diag w (diag π − π πᵀ)."""

    def __init__(self, subject: Subject, case: TrustRegionBatch) -> None:
        self.subject, self.case = subject, case
        with precision(BITS):
            self.exact_policy = exact_policy(case.logits)
            self.exact_weights = state_frequencies(case.states, len(case.logits))
            columns = case.states, case.actions, ball(case.advantages)
            self.exact_gradient = batch_policy_gradient(self.exact_policy, *columns)
        self.logits = floating(case.logits)
        self.policy, self.weights = floating(self.exact_policy), floating(self.exact_weights)
        self.gradient = floating(self.exact_gradient)
        self.mass = self.weights[:, None] * self.policy
        self.visited = self.weights > 0
        self.max_kl = float(floating(case.max_kl))

    @property
    def still(self) -> bool:
        """Whether g = 0."""
        return not np.any(self.gradient[self.visited])

    def centred(self, new: Array) -> Array:
        """θ' − θ less its π-mean in each state, zeros where no row has been: the change that a policy sees."""
        with np.errstate(invalid="ignore", over="ignore"):
            return self._centred(new - self.logits)

    def _centred(self, change: Array) -> Array:
        return self._seen(change - (self.policy * change).sum(axis=-1, keepdims=True))

    def _seen(self, change: Array) -> Array:
        return np.where(self.visited[:, None], change, 0.0)

    def norm(self, change: Array) -> float:
        """√(dᵀFd) of a centred change."""
        return float(np.sqrt((self.mass * change**2).sum()))

    def step(self, damping: Any) -> FullStep:
        """The step of one damping, with what rounding and an iterative solver may do to it."""
        rate = float(floating(damping))
        direction = _solve(self.weights, self.policy, self.gradient, rate)
        slope = max(float((self.gradient * direction).sum()), 0.0)
        length = 0.0 if self.still or slope == 0 else float(np.sqrt(2 * self.max_kl / slope))
        change = self._centred(length * direction)
        largest = np.abs(self.logits).max(axis=-1) + 2 * np.abs(change).max(axis=-1) + length * self._raw
        return FullStep(damping, change, 0.0 if length == 0 else self._energy(rate, slope, change), largest)

    def exact_step(self, step: FullStep) -> Array:
        """The same step as balls, with the constants that F⁺ or (F + c I)⁻¹ gives it."""
        with precision(BITS):
            direction = _solve(self.exact_weights, self.exact_policy, self.exact_gradient, step.damping)
            squared = squared_step_length(self.exact_gradient, direction, self.case.max_kl)
            return ball(sqrt(np.asarray(squared)) * direction)

    def change(self, step: FullStep) -> Array:
        """The exact step less its π-mean in each state, rounded to float64."""
        with precision(BITS):
            found = self.exact_step(step)
            return self._seen(floating(found - (self.exact_policy * found).sum(axis=-1, keepdims=True)))

    def rounding(self, step: FullStep) -> Array:
        """8u maxₐ|θ'|, ``[S]``: θ + d is rounded, and so is the sum that a mean is taken off it by."""
        return np.asarray(8 * self.subject.unit_roundoff * step.largest)

    def bound(self, step: FullStep, scale: float = 1.0) -> Array:
        """The bound on each centred entry of ``scale`` times a step, ``[S, A]``: E/√(w π) and the rounding of θ'.

        An error of Fisher norm E has entries of at most E/√(w π): rare actions may be farther off.
        """
        seen = np.where(self.visited[:, None], self.mass, 1.0)
        return np.asarray(scale * step.energy / np.sqrt(seen) + self.rounding(step)[:, None])

    def total_energy(self, step: FullStep, scale: float = 1.0) -> float:
        """The bound on the Fisher norm of the error of ``scale`` times a step, the rounding of θ' counted."""
        return scale * step.energy + self.norm(np.broadcast_to(self.rounding(step)[:, None], self.policy.shape))

    def slope_norm(self) -> float:
        """√(gᵀF⁺g) = √(Σ g²/(w π)): |gᵀd| is at most this times the Fisher norm of d."""
        seen = np.where(self.mass > 0, self.mass, 1.0)
        return float(np.sqrt((self.gradient**2 / seen).sum()))

    @cached_property
    def gradient_magnitude(self) -> Array:
        """T(s, b) = B⁻¹ Σ_{i: sᵢ=s} |Âᵢ| (1[aᵢ=b] + π(b|s)), ``[S, A]``."""
        taken = np.zeros(self.policy.shape)
        np.add.at(taken, (self.case.states, self.case.actions), np.abs(floating(self.case.advantages)) / self.case.size)
        return np.asarray(taken + taken.sum(axis=-1, keepdims=True) * self.policy)

    @cached_property
    def _raw(self) -> Array:
        """maxₐ|m(s, a)|/(w π), ``[S]``, m the mean of the advantages of (s, a): F⁺g before it is centred."""
        sums = np.zeros(self.policy.shape)
        np.add.at(sums, (self.case.states, self.case.actions), floating(self.case.advantages) / self.case.size)
        return np.asarray(np.abs(sums / np.where(self.mass > 0, self.mass, 1.0)).max(axis=-1))

    def _energy(self, damping: float, slope: float, change: Array) -> float:
        """E = √(2δ) (2 R (2ε + 2u (B + 4)) + 2 κ (2ε + 4 n u + 10⁻¹⁰)) + 2 (what two iterative solvers leave).

        The gradient is wrong by (2ε + 2u (B + 4)) T entry by entry, T(s, b) = B⁻¹ Σ_{i: sᵢ=s} |Âᵢ| (1[aᵢ=b] + π(b|s)),
        spread over the actions of a state where the sum of a row is projected out: T + its mean. R is the F⁺-norm of
        that over √(gᵀx), the norm of the gradient itself; it is large where advantages cancel. A solver works with a
        matrix and a right side that are wrong by a few units and by the error ε of π, n = S·A numbers a product, and
        leaves a residual of 10⁻¹⁰: κ = (max w π + c)/(min w π + c) times as much in the solution, w π bounding the
        eigenvalues of F from both sides. And (1 + n u/c) for constants that damping lets in. The length √(2δ/gᵀx)
        follows x: twice all of it. Beyond a relative error of 1/8 this is no longer an estimate: infinite.
        """
        u, size, visited = self.subject.unit_roundoff, self.case.size, self.visited
        mass = self.mass[visited]
        error = float(log_prob_error(self.subject, self.case.logits)[visited].max())
        spread = self.gradient_magnitude[visited]
        spread = spread + spread.mean(axis=-1, keepdims=True)
        amplified = (spread**2 / mass).sum()
        if damping > 0:
            amplified = min(amplified, (spread**2).sum() / damping)
        condition = (mass.max() + damping) / (mass.min() + damping)
        condition *= 1 + (mass.size * u / damping if damping > 0 else 0.0)
        relative = 2 * np.sqrt(amplified / slope) * (2 * error + 2 * u * (size + 4))
        relative += 2 * condition * (2 * error + 4 * mass.size * u + RESIDUAL)
        if relative > 1 / 8:
            return np.inf
        left = solver_slack(self.weights, self.policy, self.gradient, damping, self.max_kl, change)
        return float(np.sqrt(2 * self.max_kl) * relative + 2 * left)


def _solve(weights: Array, policy: Array, gradient: Array, damping: Any) -> Array:
    """X with (F + c I) x = g, in the arithmetic of its arguments."""
    if damping == 0:
        return softmax_natural_gradient(weights, policy, gradient)
    return softmax_damped_natural_gradient(weights, policy, gradient, damping=damping)


def candidates(problem: Problem) -> list[FullStep]:
    """The step of the declared damping, or else of each that reputable code uses."""
    declared = problem.subject.conventions.get("damping")
    dampings = DAMPINGS if declared is None else (float(declared),)
    return [problem.step(exact(damping).item()) for damping in dampings]
