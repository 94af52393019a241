"""Batches on which clipped losses go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ...reference.arithmetic import Array
from ..case import Batch
from ..lattice import MIXED, SMALL, numbers, rounded, table

__all__ = ["PolicyBatch", "batches"]

SMALL_RATIOS = (0, "1/8", "-1/8", "1/4", "-1/4", "1/2", "-1/2", 1, -1, 2, -2, "1/1024", "-1/1024", "3/16", "-3/16")
LOG_RATIOS = table([*SMALL_RATIOS, "5/64", "-5/64", 3, -4, 10, -10, 80, -80])
OLD_LOG_PROBS = table([-1, "-1/2", -2, 0, "-1/4", -5, "-3/8", -12, "1/2", -30])


@dataclass(frozen=True, eq=False, repr=False)
class PolicyBatch(Batch):
    """What ``ppo_policy_loss`` takes: three arrays ``[B]`` and ε."""

    log_probs: Array
    old_log_probs: Array
    advantages: Array
    clip_range: Any

    @property
    def arrays(self) -> tuple[Array, Array, Array]:
        """The arrays, in the order of the seam."""
        return self.log_probs, self.old_log_probs, self.advantages


@st.composite
def batches(draw: st.DrawFn, dtype: str = "float64", *, min_size: int = 1, max_size: int = 12) -> PolicyBatch:
    """Batches whose numbers ``dtype`` holds exactly.

    Both signs of Â and Â = 0, both sides of the clip range and its inside, ρ = 1, one row, and log-ratios up to ±80
    are common.
    """
    size = draw(st.integers(min_size, max_size))
    old = draw(numbers((size,), OLD_LOG_PROBS))
    advantages = draw(numbers((size,), draw(st.sampled_from([SMALL, MIXED]))))
    clip_range = rounded(draw(st.sampled_from(["1/8", "1/5", "1/10", "3/10", "1/2", "9/10"])), dtype)
    return PolicyBatch(old + draw(numbers((size,), LOG_RATIOS)), old, advantages, clip_range)
