"""The batch as wrong versions of the natural gradient step and of TRPO see it, and what they make a step of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ...reference.fisher import softmax_fisher_vector_product
from ...reference.natural_gradient import softmax_natural_gradient, tilted_divergence
from ...reference.natural_gradient.gradient import batch_policy_gradient
from ...reference.softmax import log_softmax, softmax

__all__ = ["NATURAL", "PPO", "TRPO", "Rows", "of_rows"]

NATURAL, TRPO, PPO = "natural_gradient_step", "trpo_step", "ppo_step"


@dataclass(frozen=True, eq=False)
class Rows:
    """A batch, δ, and the method that is called on them."""

    logits: Array
    states: Array
    actions: Array
    advantages: Array
    max_kl: float
    capability: str

    @cached_property
    def policy(self) -> Array:
        """π."""
        return softmax(self.logits)

    @cached_property
    def weights(self) -> Array:
        """w(s)."""
        return np.asarray(np.bincount(self.states, minlength=len(self.logits)) / len(self.states))

    @cached_property
    def gradient(self) -> Array:
        """∇L, ``[S, A]``."""
        return batch_policy_gradient(self.policy, self.states, self.actions, self.advantages)

    @cached_property
    def natural_gradient(self) -> Array:
        """F⁺∇L."""
        return softmax_natural_gradient(self.weights, self.policy, self.gradient)

    @cached_property
    def full(self) -> Array:
        """The full natural gradient step."""
        return self.scaled(self.natural_gradient)

    def scaled(self, direction: Array) -> Array:
        """The direction at ½xᵀFx = δ; no step where that is 0."""
        product = softmax_fisher_vector_product(self.weights, self.policy, direction)
        squared = float((direction * product).sum())
        return direction * np.sqrt(2 * self.max_kl / squared) if squared > 0 else 0 * direction

    def divergence(self, change: Array) -> float:
        """Mean KL(old ‖ new)."""
        return float((self.weights * tilted_divergence(self.policy, change)).sum())

    def gain(self, change: Array) -> float:
        """L(new) − L(old)."""
        log_ratio = log_softmax(self.logits + change) - log_softmax(self.logits)
        return float(np.mean(np.expm1(log_ratio[self.states, self.actions]) * self.advantages))

    def acceptable(self, change: Array) -> bool:
        """The two conditions."""
        return self.divergence(change) <= self.max_kl and self.gain(change) >= 0

    def backtracked(self, full: Array, accepts: Callable[[Array], bool] | None = None) -> Array:
        """The first of 1/2ʲ times the step that is accepted, or no step."""
        trials = (0.5**j * full for j in range(11))
        return next((trial for trial in trials if (accepts or self.acceptable)(trial)), 0 * full)

    def searched(self, full: Array) -> Array:
        """What the method makes of a full step: ``trpo_step`` has a line search."""
        return self.backtracked(full) if self.capability == TRPO else full


def of_rows(change: Callable[..., Array]) -> Callable[..., Array]:
    """The update that adds to the logits what a function makes of the ``Rows`` of a batch."""

    @wraps(change)
    def update(
        logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str, **form: Any
    ) -> Array:
        return np.asarray(logits + change(Rows(logits, states, actions, advantages, max_kl, capability), **form))

    return update
