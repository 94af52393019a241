"""Known bugs of PPO's gradient ascent."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ...reference.softmax import log_softmax, softmax
from ..variant import variant
from .ascent import ascend, logit_gradient
from .rows import PPO


def by_pull(pull: Callable[..., Array], old_logits: Callable[[Array], Array] = np.asarray) -> Callable[..., Array]:
    """Gradient ascent where a row pulls at its log-probability with ``pull(ratio, advantages, clip_range)``, ``[B]``.

    ``old_logits`` makes those of the old policy of the logits that are given.
    """

    @wraps(pull)
    def update(
        logits: Array,
        states: Array,
        actions: Array,
        advantages: Array,
        *,
        clip_range: float,
        learning_rate: float,
        epochs: int,
        **form: Any,
    ) -> Array:
        old = log_softmax(old_logits(logits))[states, actions]
        for _ in range(epochs):
            ratio = np.exp(np.minimum(log_softmax(logits)[states, actions] - old, 700))
            pulls = pull(ratio, advantages, clip_range, **form)
            logits = logits + learning_rate * logit_gradient(softmax(logits), states, actions, pulls)
        return logits

    return update


def clipped_pull(ratio: Array, advantages: Array, clip_range: float) -> Array:
    """The derivative of Σ min(ρÂ, clip(ρ)Â)/B with respect to each log-probability."""
    pulls = np.where(advantages > 0, ratio <= 1 + clip_range, ratio > 1 - clip_range)
    return np.where(pulls, ratio * advantages, 0.0) / len(advantages)


@variant(
    PPO,
    citations=(
        "tensorforce/tensorforce#312: the reference distribution was recomputed from the current network",
        "allenai/open-instruct 15686bb06 (#755): old log-probabilities filled in after earlier updates",
    ),
)
def reference_follows_the_policy(logits: Array, *batch: Array, epochs: int, **options: Any) -> Array:
    """Each epoch takes the current policy for the old one, so that all ratios are 1 and nothing is clipped."""
    for _ in range(epochs):
        logits = ascend(logits, *batch, epochs=1, **options)
    return logits


@variant(PPO, citations=("nikhilbarhate99/PPO-PyTorch 64376aa: policy_old initialised independently of policy",))
def ratio_to_an_unrelated_policy(logits: Array, *batch: Array, **options: Any) -> Array:
    """The old policy is another network's: here, the uniform one."""
    return by_pull(clipped_pull, np.zeros_like)(logits, *batch, **options)


@variant(PPO, citations=("thu-ml/tianshou a740496a (#435): dual clip applied for all advantages",), factor=(3.0, 5.0))
@by_pull
def dual_clip_for_all_signs(ratio: Array, advantages: Array, clip_range: float, *, factor: float) -> Array:
    """max(min(ρÂ, clip(ρ)Â), cÂ) for every Â: rows with Â > 0 no longer pull."""
    terms = np.minimum(ratio * advantages, np.clip(ratio, 1 - clip_range, 1 + clip_range) * advantages)
    return np.where(terms >= factor * advantages, clipped_pull(ratio, advantages, clip_range), 0.0)


@variant(PPO, citations=("alexis-jacq/Pytorch-DPPO#3: clamp(ρ * A, 1−ε, 1+ε)",))
@by_pull
def ratio_times_advantage_clipped(ratio: Array, advantages: Array, clip_range: float) -> Array:
    """The product ρÂ is clipped to [1−ε, 1+ε] in place of ρ."""
    plain = ratio * advantages
    return np.where(plain <= np.clip(plain, 1 - clip_range, 1 + clip_range), plain, 0.0) / len(plain)


@variant(PPO, citations=("Omegastick/pytorch-cpp-rl#14: surr1 = ratio * mean(advantages)",))
@by_pull
def mean_before_the_minimum(ratio: Array, advantages: Array, clip_range: float) -> Array:
    """The plain term takes the mean advantage of the batch in place of each row's own."""
    plain, clipped = ratio * advantages.mean(), np.clip(ratio, 1 - clip_range, 1 + clip_range) * advantages
    inside = np.abs(ratio - 1) <= clip_range
    return np.where(plain <= clipped, plain, np.where(inside, ratio * advantages, 0.0)) / len(plain)


@variant(PPO)
@by_pull
def no_clipping(ratio: Array, advantages: Array, _clip_range: float) -> Array:
    """Control: ascent on the plain objective ρÂ."""
    return ratio * advantages / len(ratio)


@variant(PPO)
def signs_of_the_gradient(logits: Array, *batch: Array, learning_rate: float, epochs: int, **options: Any) -> Array:
    """Control: steps of Adam's first length, α/(1 + tiny/|g|) in each entry, capped at 1/4 in all."""
    change = ascend(logits, *batch, learning_rate=1.0, epochs=1, **options) - logits
    return np.asarray(logits + np.clip(learning_rate * epochs, 0, 1 / 4) * np.sign(change))


@variant(PPO)
def entropy_bonus(logits: Array, states: Array, actions: Array, advantages: Array, **options: Any) -> Array:
    """Control: an entropy bonus of 0.01 is added to the objective of the first epoch."""
    log_probs = log_softmax(logits)
    policy = np.exp(log_probs)
    entropy = -(policy * log_probs).sum(axis=-1, keepdims=True)
    weights = np.bincount(states, minlength=len(logits))[:, None] / len(states)
    bonus = -0.01 * options["learning_rate"] * weights * policy * (log_probs + entropy)
    return np.asarray(ascend(logits, states, actions, advantages, **options) + bonus)
