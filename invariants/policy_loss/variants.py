"""Known bugs of clipped policy losses, as wrong versions of the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant

LOSS = "ppo_policy_loss"


def minimum_form(ratio: Array, advantages: Array, clip_range: float) -> tuple[Array, Array]:
    """min(ρÂ, clip(ρ)Â) and its derivative with respect to log π, row by row."""
    clipped = np.clip(ratio, 1 - clip_range, 1 + clip_range)
    terms = np.minimum(ratio * advantages, clipped * advantages)
    pulls = np.where(advantages > 0, ratio <= 1 + clip_range, ratio >= 1 - clip_range)
    return terms, np.where(pulls, ratio * advantages, 0.0)


def mean_loss(terms: Array, gradient: Array) -> tuple[Any, Array]:
    """−mean of the terms, and its gradient."""
    return -terms.mean(), -gradient / len(terms)


@variant(LOSS, citations=("thu-ml/tianshou a740496a (#435): dual clip applied for all advantages",), factor=(3.0, 5.0))
def dual_clip_for_all_signs(
    log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float, factor: float
) -> tuple[Any, Array]:
    """max(min(ρÂ, clip(ρ)Â), cÂ) for every Â: for Â > 0 the loss no longer depends on the policy."""
    terms, gradient = minimum_form(np.exp(log_probs - old_log_probs), advantages, clip_range)
    floor = factor * advantages
    return mean_loss(np.maximum(terms, floor), np.where(terms >= floor, gradient, 0.0))


@variant(LOSS, citations=("Omegastick/pytorch-cpp-rl#14: surr1 = ratio * mean(advantages)",))
def mean_before_the_minimum(
    log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float
) -> tuple[Any, Array]:
    """The plain term takes the mean advantage of the batch in place of each row's own."""
    ratio = np.exp(log_probs - old_log_probs)
    plain = ratio * advantages.mean()
    clipped = np.clip(ratio, 1 - clip_range, 1 + clip_range) * advantages
    inside = np.abs(ratio - 1) <= clip_range
    gradient = np.where(plain <= clipped, plain, np.where(inside, ratio * advantages, 0.0))
    return mean_loss(np.minimum(plain, clipped), gradient)


@variant(LOSS, citations=("alexis-jacq/Pytorch-DPPO#3: clamp(ρ * A, 1−ε, 1+ε)",))
def ratio_times_advantage_clipped(
    log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float
) -> tuple[Any, Array]:
    """The product ρÂ is clipped to [1−ε, 1+ε] in place of ρ."""
    plain = np.exp(log_probs - old_log_probs) * advantages
    clipped = np.clip(plain, 1 - clip_range, 1 + clip_range)
    return mean_loss(np.minimum(plain, clipped), np.where(plain <= clipped, plain, 0.0))


@variant(
    LOSS,
    citations=(
        "tensorforce/tensorforce#312: the reference distribution was recomputed from the current network",
        "allenai/open-instruct 15686bb06 (#755): old log-probabilities filled in after earlier updates",
    ),
)
def reference_follows_the_policy(
    log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float
) -> tuple[Any, Array]:
    """The old log-probabilities are taken from the current policy, so that the ratio is always 1."""
    del log_probs, old_log_probs, clip_range
    return mean_loss(advantages, advantages)


@variant(
    LOSS,
    citations=("JuliaReinforcementLearning/ReinforcementLearningZoo.jl#169: log-probabilities (1, N) − (N,) gave N×N",),
)
def ratio_of_every_pair_of_rows(
    log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float
) -> tuple[Any, Array]:
    """Shapes broadcast: every new log-probability meets every old one."""
    ratio = np.exp(log_probs[None, :] - old_log_probs[:, None])
    terms, gradient = minimum_form(ratio, np.broadcast_to(advantages, ratio.shape), clip_range)
    return -terms.mean(), -gradient.sum(axis=0) / terms.size


@variant(LOSS)
def maximum_for_minimum(
    log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float
) -> tuple[Any, Array]:
    """Control: the larger of the two terms counts, which is optimistic."""
    ratio = np.exp(log_probs - old_log_probs)
    terms, gradient = minimum_form(ratio, -advantages, clip_range)
    return mean_loss(-terms, -gradient)


@variant(LOSS)
def no_clipping(log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float) -> tuple[Any, Array]:
    """Control: the plain objective ρÂ."""
    del clip_range
    plain = np.exp(log_probs - old_log_probs) * advantages
    return mean_loss(plain, plain)


@variant(LOSS)
def advantages_out_of_order(
    log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: float
) -> tuple[Any, Array]:
    """Control: the last row is dropped and the one before it counted twice."""
    rows = np.minimum(np.arange(len(advantages)), max(0, len(advantages) - 2))
    terms, gradient = minimum_form(np.exp(log_probs - old_log_probs)[rows], advantages[rows], clip_range)
    result = np.zeros(len(advantages))
    np.add.at(result, rows, gradient)
    return mean_loss(terms, result)
