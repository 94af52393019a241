"""Known bugs that several of the updates may have: most are the right update of a wrong batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .ascent import ascend
from .rows import NATURAL, PPO, TRPO, Rows

Columns = tuple[Array, Array, Array]


def updated(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """The right new logits."""
    if capability == PPO:
        return ascend(logits, states, actions, advantages, **options)
    rows = Rows(logits, states, actions, advantages, capability=capability, **options)
    return np.asarray(logits + rows.searched(rows.full))


def of_batch(other: Callable[[Array, Array, Array], Columns]) -> Callable[..., Array]:
    """The right update of the batch that a function makes of states, actions and advantages."""

    @wraps(other)
    def update(
        logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
    ) -> Array:
        return updated(logits, *other(states, actions, advantages), capability=capability, **options)

    return update


@variant(
    NATURAL,
    PPO,
    citations=("MushroomRL/mushroom-rl 4f11dc55, 0a386dbd: np.mean(gradients) without axis=0",),
)
def gradient_averaged_over_all_axes(logits: Array, *_batch: Array, **_options: Any) -> Array:
    """The mean over samples is taken over parameters as well: of a softmax it is 0."""
    return logits + 0.0


@variant(
    NATURAL,
    PPO,
    citations=("Farama-Foundation/Gymnasium#1336: mean of the log-probabilities times the returns",),
)
@of_batch
def mean_score_times_mean_advantage(states: Array, actions: Array, advantages: Array) -> Columns:
    """Every row's score is weighted with the mean advantage of the batch in place of its own."""
    return states, actions, np.full(len(advantages), advantages.mean())


@variant(
    PPO,
    citations=(
        "huggingface/trl 61af5f26b (#407): zero_grad before every backward, accumulated gradients lost",
        "huggingface/trl d14f7f3eb (#2647): their scale",
    ),
    scaled=(False, True),
)
def only_the_last_part_counts(
    logits: Array, states: Array, actions: Array, advantages: Array, *, scaled: bool, **options: Any
) -> Array:
    """Of a batch in two parts, the gradient of the first is thrown away."""
    cut = len(states) // 2
    return ascend(logits, states[cut:], actions[cut:], advantages[cut:] / (2 if scaled and cut else 1), **options)


@variant(NATURAL, TRPO, PPO)
def step_descends(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: a sign is lost, and the step goes downhill, with no search to stop it."""
    unsearched = NATURAL if capability == TRPO else capability
    return updated(logits, states, actions, -advantages, capability=unsearched, **options)


@variant(NATURAL, TRPO, PPO)
def every_state_takes_the_mean_step(logits: Array, *batch: Array, capability: str, **options: Any) -> Array:
    """Control: one change, the mean over states, is added to all rows of the table."""
    change = updated(logits, *batch, capability=capability, **options) - logits
    return np.asarray(logits + change.mean(axis=0))


@variant(NATURAL, TRPO, PPO)
@of_batch
def last_row_left_out(states: Array, actions: Array, advantages: Array) -> Columns:
    """Control: the last row does not count where there are others."""
    kept = slice(None, max(1, len(states) - 1))
    return states[kept], actions[kept], advantages[kept]


@variant(NATURAL, TRPO, PPO)
def logits_for_log_probabilities(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: logits are taken for log-probabilities, π(a|s) = exp θ(s, a), cut off at 1, without normalisation."""
    taken = np.minimum(np.exp(np.minimum(logits, 0.0)), 1.0)
    gradient = np.zeros(logits.shape)
    np.add.at(gradient, (states, actions), advantages / len(states))
    if capability == PPO:
        total = gradient.sum(axis=-1, keepdims=True)
        return np.asarray(logits + options["learning_rate"] * options["epochs"] * (gradient - total * taken))
    rows = Rows(logits, states, actions, advantages, capability=capability, **options)
    direction = np.where(rows.weights[:, None] > 0, gradient / taken, 0.0)
    return np.asarray(logits + rows.searched(rows.scaled(direction)))


@variant(PPO)
@of_batch
def gradient_summed(states: Array, actions: Array, advantages: Array) -> Columns:
    """Control: the gradients of the rows are added up, not averaged."""
    return states, actions, len(states) * advantages


@variant(NATURAL, PPO)
@of_batch
def advantages_normalised(states: Array, actions: Array, advantages: Array) -> Columns:
    """Control: mean 0 and standard deviation 1 inside the update, although advantages are to be used as given."""
    return states, actions, (advantages - advantages.mean()) / (advantages.std() + 1e-8)
