"""Softmax policies as tables of logits, the rows of a batch that name their entries, and how π comes out rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Self

import numpy as np
from hypothesis import strategies as st

from ..reference.arithmetic import Array, ball, exact, floating, precision
from ..reference.softmax import log_softmax, softmax
from .capability import Capability
from .case import Case
from .comparison import UNIT_ROUNDOFF, Comparison
from .lattice import Table, numbers, table
from .subject import Subject

__all__ = [
    "BITS",
    "FAR",
    "LARGEST",
    "SOFT",
    "TINY",
    "TableRows",
    "exact_log_policy",
    "exact_policy",
    "floating_log_policy",
    "indices",
    "log_prob_error",
    "logit_tables",
    "shifts",
    "whole_and_halves",
]

BITS = 160
LARGEST = {"float32": float(np.finfo(np.float32).max), "float64": float(np.finfo(np.float64).max)}
TINY = {"float32": float(np.finfo(np.float32).tiny), "float64": float(np.finfo(np.float64).tiny)}
"""The smallest normal number, below which a result may be flushed to zero."""

SOFT = table([0, 1, -1, 2, -2, "1/2", "-1/2", 3, -3, "1/4", "-3/4", 5, -5, 8, -8, 12, -12])
"""Logits of policies with probabilities down to e⁻²⁴: all of a softmax is representable, however it is computed."""
FAR = table([0, 100, -100, 1, -1, 1000, -1000, 10000, -10000, 88, -104, 20, -20])
"""Logits up to ±10⁴: exp overflows without a shift by the maximum, and most probabilities underflow with it."""


@dataclass(frozen=True, eq=False, repr=False)
class TableRows(Case):
    """A case with tables ``[S, A]`` and columns ``[B]``: whatever has one axis is a column of the batch."""

    @property
    def size(self) -> int:
        """B, the number of rows of the batch."""
        return next(len(column) for column in self._columns().values())

    def rows(self, index: Any) -> Self:
        """The same tables with these rows of the batch."""
        return replace(self, **{name: np.ascontiguousarray(column[index]) for name, column in self._columns().items()})

    def reductions(self) -> Iterator[Self]:
        """The batch without one of its rows, for each row."""
        if self.size > 1:
            yield from (self.rows(np.arange(self.size) != row) for row in range(self.size))

    def _columns(self) -> dict[str, Array]:
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: array for name, array in arrays.items() if isinstance(array, np.ndarray) and array.ndim == 1}


def logit_tables(states: int, actions: int, values: Table = SOFT) -> st.SearchStrategy[Array]:
    """Logits ``[S, A]``."""
    return numbers((states, actions), values)


@cache
def indices(size: int, count: int) -> st.SearchStrategy[Array]:
    """Indices ``[size]`` below ``count``; repetitions are common, and all bytes 0 name the first."""
    return st.binary(min_size=size, max_size=size).map(
        lambda data: np.frombuffer(data, dtype=np.uint8).astype(np.int64) % count
    )


def shifts(states: int) -> Array:
    """Another constant for the logits of each state, ``[S, 1]``."""
    return exact([[16], [-100], [3]][:states])


def exact_policy(logits: Array) -> Array:
    """π as balls."""
    with precision(BITS):
        return ball(softmax(logits))


def exact_log_policy(logits: Array) -> Array:
    """Log π as balls."""
    with precision(BITS):
        return ball(log_softmax(logits))


def floating_log_policy(logits: Array) -> Array:
    """Log π in float64: a magnitude, for a bound."""
    return log_softmax(floating(logits))


def log_prob_error(subject: Subject, logits: Array) -> Array:
    """ε(s) = u (4 maxₐ|θ(s, a)| + 2A + 16), ``[S]``: how far rounding takes log π(·|s), and π(·|s) relatively.

    With M = maxₐ|θ|: the sum of A exponentials is right to A + 2 units and what rounding an exponent x adds, u |x| eˣ,
    at most A/e in all; its logarithm, and the maximum put back, cost M + log A + 2 more; θ − log Σ costs
    |log π| ≤ 2M + log A. Together 3M + 2A + 8 for the logarithm; the exponential of it and a normalisation done
    twice make the rest. Without a shift by the maximum, exponents are at most M: less.
    """
    largest = np.abs(floating(logits)).max(axis=-1)
    return np.asarray(UNIT_ROUNDOFF[subject.dtype] * (4 * largest + 2 * logits.shape[-1] + 16))


@np.errstate(invalid="ignore", over="ignore")
def whole_and_halves(
    capability: Capability, bound: Callable[[Subject, Any], Any], subject: Subject, case: TableRows, what: str
) -> Comparison:
    """A mean over the rows of a batch, beside the mean of those of its two halves, weighted with their sizes."""
    cut = case.size // 2
    first, second = case.rows(slice(None, cut)), case.rows(slice(cut, None))
    whole, one, other = (capability.results(subject, part)[0] for part in (case, first, second))
    apart = (one * first.size + other * second.size) / case.size
    slack = 2 * sum(bound(subject, part) * part.size for part in (case, first, second)) / case.size
    return Comparison(whole, apart, np.asarray(slack), what)
