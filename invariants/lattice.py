"""Byte strings read as small dyadic rationals: fast to draw, exact in float32, and quick to shrink."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ..reference.arithmetic import Array, exact, floating

__all__ = ["MIXED", "SMALL", "distributions", "numbers", "pick", "rounded", "table"]


def table(values: Sequence[object]) -> Array:
    """256 rationals that bytes index: byte 0 is the first value, to which a failing case shrinks."""
    return exact([values[index % len(values)] for index in range(256)])


READABLE = (0, 1, -1, 2, -2, "1/2", "-1/2", 3, -3, "1/4", "-3/4", 5, -7, "9/8", "-13/8", 10)

SMALL = table(READABLE)
"""Rewards and values that a person can read."""

MIXED = table([*READABLE, 100, -100, "1/1024", "-1/1024", 65536, -65536, 1000000, -1000000])
"""The same with magnitudes from 2⁻¹⁰ to 10⁶, side by side."""


_numbers: dict[tuple[tuple[int, ...], int], tuple[Array, st.SearchStrategy[Array]]] = {}
"""Strategies by shape and table, each with its table: Hypothesis takes as long to make one as to draw from it."""


def numbers(shape: tuple[int, ...], values: Array = SMALL) -> st.SearchStrategy[Array]:
    """Arrays of rationals out of a ``table``."""
    key = (shape, id(values))
    if key not in _numbers:
        size = int(np.prod(shape))
        draws = st.binary(min_size=size, max_size=size).map(lambda data: pick(values, data).reshape(shape))
        _numbers[key] = (values, draws)
    return _numbers[key][1]


def pick(values: Array, data: bytes) -> Array:
    """The entries of a ``table`` that the bytes name."""
    return np.asarray(values[np.frombuffer(data, dtype=np.uint8)])


@cache
def distributions(
    shape: tuple[int, ...], outcomes: int, *, parts: int = 8, positive: bool = False
) -> st.SearchStrategy[Array]:
    """Probability rows ``[*shape, outcomes]`` in multiples of 1/parts; all bytes 0 puts all mass on the last.

    ``parts`` is a power of two; ``positive`` rows have full support, for which parts ≥ outcomes is needed.
    """
    if positive and parts < outcomes:
        raise ValueError(f"{parts} parts cannot give {outcomes} outcomes a positive share each")
    size = int(np.prod(shape))
    free = parts - outcomes if positive else parts

    def rows(data: bytes) -> Array:
        cuts = np.sort(np.frombuffer(data, dtype=np.uint8).reshape(size, outcomes - 1).astype(int) % (free + 1))
        edges = np.concatenate([np.zeros((size, 1), int), cuts, np.full((size, 1), free)], axis=1)
        shares = exact(np.diff(edges, axis=1) + int(positive)) / exact(parts)
        return np.asarray(shares).reshape(*shape, outcomes)

    count = size * (outcomes - 1)
    return st.binary(min_size=count, max_size=count).map(rows)


def rounded(number: object, dtype: str) -> Any:
    """The rational that ``dtype`` rounds a number to: 99/100 in float32 is 8304722/8388608."""
    return exact(float(np.dtype(dtype).type(floating(exact(number)).item()))).item()
