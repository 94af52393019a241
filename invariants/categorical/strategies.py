"""Logits on which softmaxes go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact
from ..case import Batch
from ..lattice import Table, numbers, rounded, table
from ..tables import indices

__all__ = [
    "Choices",
    "Logits",
    "LogitsPair",
    "ProductPairs",
    "Products",
    "ShiftedPairs",
    "ShiftedRows",
    "Steps",
    "choices",
    "far_pairs",
    "logits",
    "pairs",
    "product_pairs",
    "products",
    "shifted_pairs",
    "shifted_rows",
    "steps",
]

SMALL = table([0, 1, -1, 2, "1/2", "-1/2", -2, 3, "1/4", "-3/4", 5, "-7/2", "9/8", -8, 0, 7])
WIDE = table([0, 40, -40, 1, -1, 20, -20, "1/2", 10, -10, 30, -30])
FAR = table([0, 10000, -10000, 1, 9999, -9999, 100, -100, 88, -88, 104, -104, 710, -745, "9998", "-1/2"])
OFFSETS = table([0, 1000, -1000, 9984, -9984, 0, 64, -64])
NEARBY = table([0, "1/1024", "-1/1024", "1/64", "-1/64", "1/8", "-1/8", "3/1024"])
STEPS = table([0, "1/64", "-1/64", "1/16", "-1/16", "1/32", "1/256", "-3/64"])
SHIFTS = table([1, -1, 1000, -1000, 9000, -9000, 64, -88, 100])


@dataclass(frozen=True, eq=False, repr=False)
class Choices(Batch):
    """What ``categorical_log_prob`` takes: logits ``[B, K]`` and the actions taken ``[B]``."""

    logits: Array
    actions: Array


@dataclass(frozen=True, eq=False, repr=False)
class Logits(Batch):
    """What ``categorical_entropy`` takes: logits ``[B, K]``."""

    logits: Array


@dataclass(frozen=True, eq=False, repr=False)
class LogitsPair(Batch):
    """What ``categorical_kl`` takes: two tables of logits ``[B, K]``."""

    logits_p: Array
    logits_q: Array


@dataclass(frozen=True, eq=False, repr=False)
class ShiftedRows(Choices):
    """Choices, and a number ``[B, 1]`` to add to all logits of a row."""

    shift: Array


@dataclass(frozen=True, eq=False, repr=False)
class ShiftedPairs(LogitsPair):
    """Two tables of logits, and a number ``[B, 1]`` to add to all logits of a row of each."""

    shift_p: Array
    shift_q: Array


@dataclass(frozen=True, eq=False, repr=False)
class Products(Choices):
    """Choices among K, and independent ones among L: a second table ``[B, L]`` and actions ``[B]``."""

    other: Array
    other_actions: Array


@dataclass(frozen=True, eq=False, repr=False)
class ProductPairs(LogitsPair):
    """Two tables of logits ``[B, K]``, and two of independent choices ``[B, L]``."""

    other_p: Array
    other_q: Array


@dataclass(frozen=True, eq=False, repr=False)
class Steps(Logits):
    """Logits ``[B, K]`` and a small step ``[B, K]`` away from them."""

    step: Array


@st.composite
def choices(draw: st.DrawFn, dtype: str = "float64") -> Choices:
    """Logits with the actions taken; every kind of logits is common, and so is the only action of K = 1."""
    table_ = draw(_logits(dtype, far=True))
    return Choices(table_, draw(indices(*table_.shape)))


@st.composite
def logits(draw: st.DrawFn, dtype: str = "float64") -> Logits:
    """Logits alone."""
    return Logits(draw(_logits(dtype, far=True)))


@st.composite
def pairs(draw: st.DrawFn, dtype: str = "float64") -> LogitsPair:
    """Two tables of logits, often near each other; every q(a) is above e⁻⁸⁵, so that it is no underflowing float32."""
    shape = draw(_shapes())
    if draw(st.sampled_from([False, True])):
        q = draw(_dyadic(shape))
        return LogitsPair(q + draw(numbers(shape, NEARBY)), q)
    return LogitsPair(draw(_logits(dtype, far=True, shape=shape)), draw(_logits(dtype, far=False, shape=shape)))


@st.composite
def far_pairs(draw: st.DrawFn, dtype: str = "float64") -> LogitsPair:
    """Two tables of logits whose probabilities may be far below the smallest float."""
    del dtype
    shape = draw(_shapes())
    p = draw(numbers(shape, draw(st.sampled_from([SMALL, FAR]))))
    return LogitsPair(p, draw(numbers(shape, FAR)))


@st.composite
def shifted_rows(draw: st.DrawFn, dtype: str = "float64") -> ShiftedRows:
    """Small dyadic logits and large dyadic shifts: the sums are exact in float32."""
    del dtype
    shape = draw(_shapes())
    table_, actions = draw(numbers(shape, SMALL)), draw(indices(*shape))
    return ShiftedRows(table_, actions, draw(numbers((shape[0], 1), SHIFTS)))


@st.composite
def shifted_pairs(draw: st.DrawFn, dtype: str = "float64") -> ShiftedPairs:
    """Two tables of small dyadic logits and a large shift of each row."""
    del dtype
    shape = draw(_shapes())
    return ShiftedPairs(
        draw(numbers(shape, SMALL)),
        draw(numbers(shape, SMALL)),
        draw(numbers((shape[0], 1), SHIFTS)),
        draw(numbers((shape[0], 1), SHIFTS)),
    )


@st.composite
def products(draw: st.DrawFn, dtype: str = "float64") -> Products:
    """Two independent choices of up to 3 outcomes each, with dyadic logits."""
    del dtype
    rows, first, second = (draw(st.integers(1, most)) for most in (4, 3, 3))
    one, two = draw(_dyadic((rows, first))), draw(numbers((rows, second), SMALL))
    return Products(one, draw(indices(rows, first)), two, draw(indices(rows, second)))


@st.composite
def product_pairs(draw: st.DrawFn, dtype: str = "float64") -> ProductPairs:
    """Two pairs of tables of dyadic logits."""
    del dtype
    rows, first, second = (draw(st.integers(1, most)) for most in (4, 3, 3))
    return ProductPairs(
        draw(_dyadic((rows, first))),
        draw(_dyadic((rows, first))),
        draw(numbers((rows, second), SMALL)),
        draw(numbers((rows, second), SMALL)),
    )


@st.composite
def steps(draw: st.DrawFn, dtype: str = "float64") -> Steps:
    """Small dyadic logits and steps of up to 1/16 an action."""
    del dtype
    shape = draw(_shapes())
    return Steps(draw(numbers(shape, SMALL)), draw(numbers(shape, STEPS)))


def _shapes() -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, 6), st.sampled_from([2, 3, 1, 4, 5]))


@st.composite
def _dyadic(draw: st.DrawFn, shape: tuple[int, int]) -> Array:
    """Small logits, often with a large offset common to a row: multiples of 1/8 below 2¹⁴."""
    shifted = draw(st.booleans())
    small = draw(numbers(shape, SMALL))
    return np.asarray(small + draw(numbers((shape[0], 1), OFFSETS)) if shifted else small)


@st.composite
def _logits(draw: st.DrawFn, dtype: str, *, far: bool, shape: tuple[int, int] | None = None) -> Array:
    """Small, with an offset, decimal fractions, ±40, and, where ``far``, up to ±10⁴ side by side."""
    shape = shape or draw(_shapes())
    kind = draw(st.sampled_from(["small", "shifted", "decimal", "wide", *(["far"] if far else [])]))
    values = {"decimal": _decimals(dtype), "wide": WIDE, "far": FAR}.get(kind, SMALL)
    drawn = draw(numbers(shape, values))
    return np.asarray(drawn + draw(numbers((shape[0], 1), OFFSETS)) if kind == "shifted" else drawn)


@cache
def _decimals(dtype: str) -> Table:
    texts = ("1/10", "-1/10", "1/3", "-7/10", "12/10", "-23/10", "37/10", "-2/3", "99/100", "-51/10")
    return table([rounded(text, dtype) for text in texts])


def outer_sum(one: Array, two: Array) -> Array:
    """Logits of two independent choices made together: ``[B, K]`` and ``[B, L]`` → ``[B, K·L]``."""
    return np.asarray((one[:, :, None] + two[:, None, :]).reshape(len(one), -1))


def uniform(shape: tuple[int, int], value: object) -> Array:
    """Equal logits."""
    return np.asarray(np.full(shape, exact(value).item(), dtype=object))
