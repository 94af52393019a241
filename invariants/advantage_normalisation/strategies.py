"""Batches on which a normalisation goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact, floating
from ..case import Batch
from ..lattice import MIXED, SMALL, numbers, table

__all__ = ["AdvantageBatch", "batches", "constants"]

OFFSETS = ["0", "1000", "-4096", "65536", "1000000"]
UNITS = ["1", "1/16", "1/1024", "1/65536"]
POWERS = table([1, 0, -1, "1/2", -4, "1/1024", 65536, -1048576])
"""Numbers of which any sum of a few, and the mean of it, is exact in either dtype and in any order."""


@dataclass(frozen=True, eq=False, repr=False)
class AdvantageBatch(Batch):
    """What ``normalize_advantages`` takes: one array ``[B]``."""

    advantages: Array


@st.composite
def batches(
    draw: st.DrawFn, dtype: str = "float64", *, min_size: int = 1, max_size: int = 12, centred: bool = False
) -> AdvantageBatch:
    """Batches whose numbers ``dtype`` holds exactly.

    One row, two rows, equal numbers, 10⁶ beside 1, a spread of 10⁻⁵, and a small spread far from zero are common;
    ``centred`` leaves out what is far from zero.
    """
    size = draw(st.integers(min_size, max_size))
    if not centred and draw(st.sampled_from([False, False, True])):
        return AdvantageBatch(draw(numbers((size,), MIXED)))
    offset, unit = draw(st.sampled_from(["0"] if centred else OFFSETS)), draw(st.sampled_from(UNITS))
    advantages = exact(offset) + exact(unit) * draw(numbers((size,), SMALL))
    return AdvantageBatch(exact(floating(advantages).astype(dtype).astype(np.float64)))


@st.composite
def constants(draw: st.DrawFn, dtype: str = "float64") -> AdvantageBatch:
    """Two rows or more of one number, a power of two or zero."""
    del dtype
    size = draw(st.integers(2, 12))
    return AdvantageBatch(np.repeat(draw(numbers((1,), POWERS)), size))
