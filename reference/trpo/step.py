"""One update of trust region policy optimisation for a table of logits.

Schulman, Levine, Moritz, Jordan and Abbeel (2015), "Trust region policy optimization", appendix C.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arithmetic import Array, Scalar, arithmetic_of, sqrt
from ..domain import domain
from ..fisher.information import state_frequencies
from ..natural_gradient.gradient import batch_policy_gradient
from ..natural_gradient.multiplicative_weights import tilted_divergence, tilted_policy
from ..natural_gradient.tabular_softmax import softmax_damped_natural_gradient, softmax_natural_gradient
from ..natural_gradient.trust_region import squared_step_length
from .batch import batch_surrogate
from .line_search import backtrack, is_acceptable

__all__ = ["Step", "Trial", "natural_gradient_step", "trial", "trpo_step"]


@dataclass(frozen=True, eq=False)
class Step:
    """Where an update goes, and how far.

    Attributes
    ----------
    gradient, direction : g and x with (F + c I) x = g, ``[S, A]``; rational where the policy is.
    squared_length : η² of the full step η x.
    halvings : j of the accepted trial βʲ η x; None where all were refused.
    change : what is added to the logits, ``[S, A]``; zeros where all trials were refused.
    policy : the policy after the update, ``[S, A]``.
    """

    gradient: Array
    direction: Array
    squared_length: Scalar
    halvings: int | None
    change: Array
    policy: Array


@dataclass(frozen=True, eq=False)
class Trial:
    """What a line search looks at: the mean KL divergence from the old policy, and L(new) − L(old)."""

    mean_kl: Scalar
    gain: Scalar


@domain(policy="S A", change="S A")
def trial(policy: Array, change: Array, states: Array, actions: Array, advantages: Array) -> Trial:
    """Mean KL(old ‖ new) and gain of the surrogate where ``change[S, A]`` is added to the logits of ``policy[S, A]``.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidBatchError: the rows are no batch, or hold an action that the policy never takes.
    """
    weights = state_frequencies(states, len(policy), arithmetic_of(policy))
    new = batch_surrogate(tilted_policy(policy, change), policy, states, actions, advantages)
    divergence = (weights * tilted_divergence(policy, change)).sum()
    return Trial(divergence, new - advantages.sum() / len(states))


@domain(policy="S A", max_kl="[0, ∞)", damping="[0, ∞)")
def natural_gradient_step(
    policy: Array, states: Array, actions: Array, advantages: Array, *, max_kl: Scalar, damping: Scalar = 0
) -> Step:
    """η x with (F + c I) x = g and η² = 2δ / gᵀx, without a line search; x = F⁺ g for c = 0.

    F and g are means over the rows of the batch; δ is ``max_kl``, c the ``damping``. Rows of states outside the batch
    stay put, and so do all rows if g = 0.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidBatchError: the rows are no batch.
    ValueError: δ or the damping is negative.
    """
    weights = state_frequencies(states, len(policy), arithmetic_of(policy))
    gradient = batch_policy_gradient(policy, states, actions, advantages)
    if damping == 0:
        direction = softmax_natural_gradient(weights, policy, gradient)
    else:
        direction = softmax_damped_natural_gradient(weights, policy, gradient, damping=damping)
    squared_length = squared_step_length(gradient, direction, max_kl)
    change = sqrt(np.asarray(squared_length)) * direction
    return Step(gradient, direction, squared_length, 0, np.asarray(change), tilted_policy(policy, change))


def trpo_step(
    policy: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    max_kl: Scalar,
    damping: Scalar = 0,
    factor: Scalar,
    steps: int = 10,
    strict: bool = False,
) -> Step:
    """The first of βʲ η x, j = 0, …, ``steps``, with mean KL ≤ δ and a surrogate that is not worse; else no step.

    η x is the natural gradient step and β the ``factor``; ``strict`` asks for a better surrogate instead.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidBatchError: the rows are no batch, or hold an action that the policy never takes.
    ValueError: δ or the damping is negative, β is outside (0, 1), or the number of steps is negative.
    UndecidedTrialError: balls are too wide to decide a trial.
    """
    full = natural_gradient_step(policy, states, actions, advantages, max_kl=max_kl, damping=damping)

    def accepts(scale: Scalar) -> bool:
        found = trial(policy, scale * full.change, states, actions, advantages)
        return is_acceptable(found.mean_kl, found.gain, max_kl, strict=strict)

    halvings = backtrack(accepts, factor=factor, steps=steps)
    change = 0 * full.change if halvings is None else factor**halvings * full.change
    return Step(full.gradient, full.direction, full.squared_length, halvings, change, tilted_policy(policy, change))
