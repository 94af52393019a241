"""Batches on which losses of a critic go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact, floating
from ...reference.ppo import clipped_values
from ..case import Batch
from ..lattice import MIXED, SMALL, numbers, rounded, table

__all__ = ["ValueBatch", "batches", "held"]

MOVES = table([0, 1, -1, "1/4", "-1/4", "1/2", "-1/2", 2, -2, "1/8", "-1/8", "1/1024", "-1/1024", 10, -10, "1/16", 64])
"""V − V_old: nothing, inside the clip range, at its end, and far outside."""
ENDS = table([0, 0, 0, 0, 0, 0, 1, -1])
"""Which rows are moved to an end of the clip range, whatever it is."""
TARGETS = table([0, 0, 0, 0, 1, 2, 3])
"""Which target a row has: one of its own, V, V_old, or the one that is as far from V as from the clipped value."""
COARSE = ["1/2", "1/4", "1/8", "3/4"]
CLIP_RANGES = [*COARSE, "1/5", "1/10", "2/5", "9/10"]


@dataclass(frozen=True, eq=False, repr=False)
class ValueBatch(Batch):
    """What ``value_loss`` takes: three arrays ``[B]``, and ε or None."""

    values: Array
    old_values: Array
    returns: Array
    clip_range: Any

    @property
    def arrays(self) -> tuple[Array, Array, Array]:
        """The arrays, in the order of the seam."""
        return self.values, self.old_values, self.returns


def held(numbers: Array, dtype: str) -> Array:
    """The rationals that ``dtype`` rounds these to."""
    return exact(floating(numbers).astype(dtype).astype(np.float64))


@st.composite
def batches(
    draw: st.DrawFn,
    dtype: str = "float64",
    *,
    min_size: int = 1,
    max_size: int = 12,
    clipped: bool = False,
    coarse: bool = False,
) -> ValueBatch:
    """Batches whose numbers ``dtype`` holds exactly; with an ε always if ``clipped``.

    Rows inside the clip range, at its ends and far outside, targets on either side, at V, at V_old and where both
    errors are equal, 10⁶ beside 1, and one row are common. ``coarse`` numbers have few digits, so that another few may
    be added to them without rounding.
    """
    size = draw(st.integers(min_size, max_size))
    scale = draw(st.sampled_from([SMALL, MIXED]))
    ranges = COARSE if coarse else CLIP_RANGES
    drawn = draw(st.sampled_from(ranges if clipped else [None, *ranges]))
    clip_range = None if drawn is None else rounded(drawn, dtype)
    reach = exact("1/2").item() if clip_range is None else clip_range
    old = draw(numbers((size,), scale))
    moves, ends = draw(numbers((size,), MOVES)), draw(numbers((size,), ENDS))
    values = held(old + np.where(ends == 0, moves, ends * reach), dtype)
    middle = held((values + clipped_values(values, old, clip_range=reach)) / 2, dtype)
    target = floating(draw(numbers((size,), TARGETS))).astype(int)
    returns = np.choose(target, [draw(numbers((size,), scale)), values, old, middle])
    return ValueBatch(values, old, returns, clip_range)
