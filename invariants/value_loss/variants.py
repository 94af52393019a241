"""Known bugs of value losses, as wrong versions of the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant

LOSS = "value_loss"
SCALES = (1.0, 0.5)
"""With and without the half that reputable code puts in front."""


def both_errors(values: Array, anchored: Array, returns: Array, moves: Array) -> tuple[Array, Array, Array, Array]:
    """The plain and the clipped error with their slopes; ``moves`` says where the clipped value follows V."""
    plain, clipped = values - returns, anchored - returns
    return plain**2, 2 * plain, clipped**2, np.where(moves, 2 * clipped, 0.0)


def larger(values: Array, old_values: Array, returns: Array, clip_range: float | None) -> tuple[Array, Array]:
    """The larger of both errors and its slope, row by row; without ε the plain one."""
    if clip_range is None:
        return (values - returns) ** 2, 2 * (values - returns)
    move = values - old_values
    anchored = old_values + np.clip(move, -clip_range, clip_range)
    plain, slope, clipped, clipped_slope = both_errors(values, anchored, returns, np.abs(move) <= clip_range)
    return np.maximum(plain, clipped), np.where(plain >= clipped, slope, clipped_slope)


def mean_loss(errors: Array, slopes: Array, scale: float = 1.0) -> tuple[Any, Array]:
    """The mean of the errors, and its gradient."""
    return scale * errors.mean(), scale * slopes / len(errors)


@variant(LOSS, citations=("ray-project/ray#2233: tf.minimum of the two value losses",), scale=SCALES)
def smaller_of_both_errors(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None, scale: float
) -> tuple[Any, Array]:
    """The smaller of the plain and the clipped error counts: moving too far is rewarded."""
    if clip_range is None:
        return mean_loss(*larger(values, old_values, returns, None), scale)
    move = values - old_values
    anchored = old_values + np.clip(move, -clip_range, clip_range)
    plain, slope, clipped, clipped_slope = both_errors(values, anchored, returns, np.abs(move) <= clip_range)
    return mean_loss(np.minimum(plain, clipped), np.where(plain <= clipped, slope, clipped_slope), scale)


@variant(
    LOSS,
    citations=("tensorflow/agents#352 (1a89d948): the old value was recomputed from the current network",),
    scale=SCALES,
)
def old_values_follow_the_critic(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None, scale: float
) -> tuple[Any, Array]:
    """The prediction is compared with itself, so that clipping has no effect."""
    del old_values, clip_range
    return mean_loss(*larger(values, values, returns, None), scale)


@variant(
    LOSS,
    citations=("automl/Mighty#126: returns (1, B) against values (B, 1)",),
    scale=SCALES,
    old=("with the values", "with the returns"),
)
def every_pair_of_rows(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None, scale: float, old: str
) -> tuple[Any, Array]:
    """Shapes broadcast: every value meets every return."""
    shape = (len(values), len(values))
    anchors = old_values[:, None] if old == "with the values" else old_values[None, :]
    predictions, targets = np.broadcast_to(values[:, None], shape), np.broadcast_to(returns[None, :], shape)
    errors, slopes = larger(predictions, np.broadcast_to(anchors, shape), targets, clip_range)
    return scale * errors.mean(), scale * slopes.sum(axis=1) / errors.size


@variant(
    LOSS,
    citations=(
        "verl-project/verl 2eb020aa9 (#6957): the critic's loss was a mean per micro-batch, and these added up",
    ),
    scale=SCALES,
    rows=(1, 2, 4),
)
def sum_of_micro_batch_means(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None, scale: float, rows: int
) -> tuple[Any, Array]:
    """Each micro-batch is averaged by itself and the means are added: K micro-batches give K times the loss."""
    errors, slopes = larger(values, old_values, returns, clip_range)
    starts = np.arange(0, len(values), rows)
    parts = [mean_loss(errors[start : start + rows], slopes[start : start + rows], scale) for start in starts]
    return sum(loss for loss, _ in parts), np.concatenate([gradient for _, gradient in parts])


@variant(
    LOSS,
    citations=('D. Sorokin, "Advanced Policy Gradient" (2025), Full Pipeline pt. II: clip(V − V_old, ε, −ε)',),
    scale=SCALES,
    form=("max", "clipped"),
)
def bounds_of_the_clip_swapped(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None, scale: float, form: str
) -> tuple[Any, Array]:
    """The lower and the upper bound change places, so that the clipped value is V_old − ε, whatever V is."""
    if clip_range is None:
        return mean_loss(*larger(values, old_values, returns, None), scale)
    nowhere = np.zeros(len(values), dtype=bool)
    plain, slope, clipped, flat = both_errors(values, old_values - clip_range, returns, nowhere)
    if form == "clipped":
        return mean_loss(clipped, flat, scale)
    return mean_loss(np.maximum(plain, clipped), np.where(plain >= clipped, slope, flat), scale)


@variant(LOSS)
def half_in_the_clipped_loss_alone(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None
) -> tuple[Any, Array]:
    """Control: switching clipping on halves the loss."""
    return mean_loss(*larger(values, old_values, returns, clip_range), 1.0 if clip_range is None else 0.5)


@variant(LOSS)
def gradient_without_the_factor(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None
) -> tuple[Any, Array]:
    """Control: the loss is halved and its gradient is not."""
    loss, gradient = mean_loss(*larger(values, old_values, returns, clip_range))
    return loss / 2, gradient


@variant(LOSS)
def clipped_around_zero(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None
) -> tuple[Any, Array]:
    """Control: the value is clipped to ±ε, not to V_old ± ε."""
    return mean_loss(*larger(values, 0 * old_values, returns, clip_range))


@variant(LOSS)
def error_clipped_in_place_of_the_value(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None
) -> tuple[Any, Array]:
    """Control: the squared error is cut off at ε."""
    errors, slopes = larger(values, old_values, returns, None)
    most = np.inf if clip_range is None else clip_range
    return mean_loss(np.minimum(errors, most), np.where(errors <= most, slopes, 0.0))


@variant(LOSS)
def last_row_left_out(
    values: Array, old_values: Array, returns: Array, *, clip_range: float | None
) -> tuple[Any, Array]:
    """Control: the last row is dropped and the one before it counted twice."""
    rows = np.minimum(np.arange(len(values)), max(0, len(values) - 2))
    errors, slopes = larger(values[rows], old_values[rows], returns[rows], clip_range)
    gradient = np.zeros(len(values))
    np.add.at(gradient, rows, slopes)
    return mean_loss(errors, gradient)
