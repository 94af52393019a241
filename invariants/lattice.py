"""Byte strings read as small dyadic rationals: fast to draw, exact in float32, and quick to shrink."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ..reference.arithmetic import Array, exact, floating

__all__ = ["MIXED", "SMALL", "Table", "distributions", "numbers", "rounded", "scalars", "table"]


@dataclass(frozen=True)
class Table:
    """256 rationals that bytes index: byte 0 is the first value, to which a failing case shrinks."""

    values: tuple[object, ...]

    @cached_property
    def entries(self) -> Array:
        """The values over and over, ``[256]``."""
        return exact([self.values[index % len(self.values)] for index in range(256)])

    def at(self, data: bytes) -> Array:
        """The entries that the bytes name."""
        return np.asarray(self.entries[np.frombuffer(data, dtype=np.uint8)])


def table(values: Iterable[object]) -> Table:
    """The table of these values."""
    return Table(tuple(values))


READABLE = (0, 1, -1, 2, -2, "1/2", "-1/2", 3, -3, "1/4", "-3/4", 5, -7, "9/8", "-13/8", 10)

SMALL = table(READABLE)
"""Rewards and values that a person can read."""

MIXED = table([*READABLE, 100, -100, "1/1024", "-1/1024", 65536, -65536, 1000000, -1000000])
"""The same with magnitudes from 2⁻¹⁰ to 10⁶, side by side."""


@cache
def numbers(shape: tuple[int, ...], values: Table = SMALL) -> st.SearchStrategy[Array]:
    """Arrays of rationals out of a ``table``."""
    size = int(np.prod(shape))
    return st.binary(min_size=size, max_size=size).map(lambda data: values.at(data).reshape(shape))


@cache
def scalars(values: Table = SMALL) -> st.SearchStrategy[Any]:
    """One rational out of a ``table``."""
    return numbers((), values).map(lambda array: array.item())


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
