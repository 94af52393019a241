"""Samples and pairs of distributions on which estimates of a divergence go wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact, floating, log, precision
from ..case import Batch, Case
from ..lattice import distributions, numbers, table

__all__ = ["Samples", "TwoDistributions", "samples", "two_distributions"]

SMALL_RATIOS = (0, "1/2", "-1/2", 1, -1, "1/8", "-1/8", 2, -2, "1/1024", "-1/1024", "3/16", "-1/65536")
LOG_RATIOS = table([*SMALL_RATIOS, 3, -4, 10, -10])
EXTREME = table([*SMALL_RATIOS, 3, -4, 10, -10, 40, -40, 80, -80])
OLD_LOG_PROBS = table([-1, "-1/2", -2, 0, "-1/4", -5, "-3/8", -12, "1/2", -30])
PARTS = 8
"""The probabilities of the old policy are multiples of 1/8, so that 8 rows hold each outcome as often as it comes."""


@dataclass(frozen=True, eq=False, repr=False)
class Samples(Batch):
    """What ``approximate_kl`` takes: two arrays ``[B]``."""

    log_probs: Array
    old_log_probs: Array

    @property
    def arrays(self) -> tuple[Array, Array]:
        """The arrays, in the order of the seam."""
        return self.log_probs, self.old_log_probs

    @property
    def log_ratios(self) -> Array:
        """The exact log ρ."""
        return np.asarray(self.log_probs - self.old_log_probs)


@dataclass(frozen=True, eq=False, repr=False)
class TwoDistributions(Case):
    """The policy that acted and the one that is asked about, both ``[K]``, in one state."""

    old: Array
    new: Array

    def sampled(self, dtype: str) -> Samples:
        """Every outcome as often as the old policy takes it in 8 steps, with logarithms rounded to ``dtype``."""
        rows = np.repeat(np.arange(len(self.old)), floating(self.old * PARTS).astype(int))
        return Samples(_rounded_log(self.new, dtype)[rows], _rounded_log(self.old, dtype)[rows])


@st.composite
def samples(draw: st.DrawFn, dtype: str = "float64", *, min_size: int = 1, max_size: int = 12) -> Samples:
    """Samples whose numbers either dtype holds exactly: equal and nearly equal policies, and log-ratios up to ±80."""
    del dtype
    size = draw(st.integers(min_size, max_size))
    old = draw(numbers((size,), OLD_LOG_PROBS))
    return Samples(old + draw(numbers((size,), draw(st.sampled_from([LOG_RATIOS, EXTREME])))), old)


@st.composite
def two_distributions(draw: st.DrawFn, dtype: str = "float64") -> TwoDistributions:
    """Two positive distributions over one to four outcomes; often equal, nearly equal, or very different."""
    del dtype
    outcomes = draw(st.integers(1, 4))
    old = draw(distributions((), outcomes, parts=PARTS, positive=True))
    new = draw(distributions((), outcomes, parts=draw(st.sampled_from([8, 64, 1024])), positive=True))
    return TwoDistributions(old, new)


def _rounded_log(probabilities: Array, dtype: str) -> Array:
    with precision(128):
        return exact(floating(log(probabilities)).astype(dtype).astype(np.float64))
