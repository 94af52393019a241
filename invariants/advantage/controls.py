"""Wrong versions made for the purpose: each shows that an invariant beside it can fail."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, floating
from ..variant import variant
from .variants import BOTH, plain


@variant(*BOTH)
def result_rounded_to_float16(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Control: half precision inside an implementation that says it computes in more."""
    right = plain(rewards, values, next_values, ~terminated, ~(terminated | truncated), **options)
    with np.errstate(over="ignore"):
        return floating(right).astype("float16").astype(float)


@variant(*BOTH)
def inputs_overwritten(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Control: rewards are scaled in place where they can be written to."""
    right = plain(rewards, values, next_values, ~terminated, ~(terminated | truncated), **options)
    if rewards.flags.writeable:
        rewards += 1
    return right


CALLS = count()


@variant(*BOTH)
def answer_depends_on_the_call(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Control: every other call is off by its last bit."""
    right = plain(rewards, values, next_values, ~terminated, ~(terminated | truncated), **options)
    return np.nextafter(floating(right), np.inf) if next(CALLS) % 2 else right


BUFFERS: dict[tuple[int, ...], Array] = {}


@variant(*BOTH)
def one_buffer_for_all_calls(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Control: the result of one call is overwritten by the next."""
    right = plain(rewards, values, next_values, ~terminated, ~(terminated | truncated), **options)
    buffer = BUFFERS.setdefault(right.shape, np.empty_like(right))
    buffer[...] = right
    return buffer


@variant(*BOTH)
def not_a_number_after_an_ending(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Control: endings are masked by a product with infinity."""
    right = plain(rewards, values, next_values, ~terminated, ~(terminated | truncated), **options)
    return np.where(terminated, np.nan, floating(right))
