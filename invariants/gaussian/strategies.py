"""Means, scales and actions on which Gaussian policies go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact, floating
from ..case import Batch
from ..lattice import Table, numbers, rounded, table

__all__ = [
    "Actions",
    "Gaussians",
    "Moves",
    "Pairs",
    "actions",
    "dyadic_actions",
    "edge_actions",
    "gaussians",
    "grids",
    "moderate_gaussians",
    "moves",
    "pairs",
    "scales",
    "squashed_actions",
]

MEANS = table([0, 1, -1, 2, "1/2", "-1/2", -2, 3, "1/4", "-3/4", 5, "-7/2", "9/8", -8, 10])
SMALL_MEANS = table([0, "1/2", "-1/2", "1/4", "-1/4"])
LOG_STDS = table([0, 1, -1, "-1/2", "1/2", -2, 2, "-5/2", 3, -5, 5, -10, "-1/4", "-7/2", -8])
MILD_LOG_STDS = table([0, 1, -1, "-1/2", "1/2", -2, 2, "-5/2", "-1/4", -4])
NARROW_LOG_STDS = table([-1, "-3/2", -2, -4])
AWAY = table([1, 0, -1, "1/2", "-1/4", 2, -3, 6, "-5/2", "1/4"])
SQUASHED = table(["1/2", 0, "-1/2", "1/4", "-3/4", "7/8", "-15/16", "63/64", "-127/128", "1/1024", "-511/512"])
STEPS = table([0, "1/16", "-1/16", "1/64", "-1/64", "1/32", "3/64"])


@dataclass(frozen=True, eq=False, repr=False)
class Actions(Batch):
    """What ``gaussian_log_prob`` and ``squashed_gaussian_log_prob`` take: three arrays ``[B, D]``."""

    mean: Array
    log_std: Array
    actions: Array

    @property
    def arrays(self) -> tuple[Array, Array, Array]:
        """The arrays, in the order of the seam."""
        return self.mean, self.log_std, self.actions


@dataclass(frozen=True, eq=False, repr=False)
class Gaussians(Batch):
    """What ``gaussian_entropy`` takes: means and log standard deviations ``[B, D]``."""

    mean: Array
    log_std: Array

    @property
    def arrays(self) -> tuple[Array, Array]:
        """The arrays, in the order of the seam."""
        return self.mean, self.log_std


@dataclass(frozen=True, eq=False, repr=False)
class Pairs(Batch):
    """What ``gaussian_kl`` takes: two Gaussians a row, ``[B, D]`` each."""

    mean_p: Array
    log_std_p: Array
    mean_q: Array
    log_std_q: Array

    @property
    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """The arrays, in the order of the seam."""
        return self.mean_p, self.log_std_p, self.mean_q, self.log_std_q


@dataclass(frozen=True, eq=False, repr=False)
class Moves(Gaussians):
    """Gaussians, and a small move of their means, in standard deviations, and of their log standard deviations."""

    mean_step: Array
    log_std_step: Array


@st.composite
def actions(draw: st.DrawFn, dtype: str = "float64", *, kinds: tuple[str, ...] = ("near", "far", "decimal")) -> Actions:
    """Actions within a few standard deviations of the mean, or anywhere; one dimension and one row are common."""
    shape, kind = draw(_shapes()), draw(st.sampled_from(kinds))
    if kind == "decimal":
        tables = _decimals(dtype), _decimal_log_stds(dtype), _decimals(dtype)
        return Actions(*(draw(numbers(shape, values)) for values in tables))
    mean, log_std, away = (draw(numbers(shape, values)) for values in (MEANS, LOG_STDS, AWAY))
    return Actions(mean, log_std, mean + (away * scales(log_std) if kind == "near" else away))


def dyadic_actions(dtype: str = "float64") -> st.SearchStrategy[Actions]:
    """Actions that stay exact in float32 when a standard deviation, rounded to a power of two, is added."""
    return actions(dtype, kinds=("near", "far"))


@st.composite
def squashed_actions(draw: st.DrawFn, dtype: str = "float64") -> Actions:
    """Actions of up to ±(1 − 2⁻⁹), the mean often within a few standard deviations of atanh a."""
    shape = draw(_shapes())
    taken = draw(numbers(shape, draw(st.sampled_from([SQUASHED, _decimal_squashed(dtype)]))))
    return draw(_around(taken, dtype))


@st.composite
def edge_actions(draw: st.DrawFn, dtype: str = "float64") -> Actions:
    """Actions of which one is as near to ±1 as 2⁻¹² or, at most, the last bit of the dtype."""
    shape = draw(_shapes())
    taken = draw(numbers(shape, SQUASHED))
    taken[:, 0] = draw(numbers((shape[0],), _edges(dtype)))
    return draw(_around(taken, dtype))


@st.composite
def _around(draw: st.DrawFn, taken: Array, dtype: str) -> Actions:
    log_std = draw(numbers(taken.shape, LOG_STDS))
    if draw(st.booleans()):
        return Actions(draw(numbers(taken.shape, MEANS)), log_std, taken)
    away = draw(numbers(taken.shape, AWAY)) * scales(log_std)
    centre = np.arctanh(floating(taken)) + floating(away)
    return Actions(
        np.array([rounded(x, dtype) for x in centre.flat], dtype=object).reshape(taken.shape), log_std, taken
    )


@st.composite
def gaussians(draw: st.DrawFn, dtype: str = "float64") -> Gaussians:
    """Gaussians of every scale from e⁻¹⁰ to e⁵."""
    shape = draw(_shapes())
    if draw(st.booleans()):
        return Gaussians(draw(numbers(shape, _decimals(dtype))), draw(numbers(shape, _decimal_log_stds(dtype))))
    return Gaussians(draw(numbers(shape, MEANS)), draw(numbers(shape, LOG_STDS)))


@st.composite
def moderate_gaussians(draw: st.DrawFn, dtype: str = "float64") -> Gaussians:
    """Gaussians whose numbers stay exact in float32 under sums and differences."""
    del dtype
    shape = draw(_shapes())
    return Gaussians(draw(numbers(shape, MEANS)), draw(numbers(shape, LOG_STDS)))


@st.composite
def grids(draw: st.DrawFn, dtype: str = "float64", *, squashed: bool = False) -> Gaussians:
    """One Gaussian in one or two dimensions; ``squashed``: one dimension, with 9σ inside ±4."""
    del dtype
    shape = (1, 1 if squashed else draw(st.sampled_from([1, 2])))
    means, log_stds = (SMALL_MEANS, NARROW_LOG_STDS) if squashed else (MEANS, LOG_STDS)
    return Gaussians(draw(numbers(shape, means)), draw(numbers(shape, log_stds)))


@st.composite
def pairs(draw: st.DrawFn, dtype: str = "float64") -> Pairs:
    """Two Gaussians of unlike scales and places, or near each other, or with one scale in common."""
    shape = draw(_shapes())
    kind = draw(st.sampled_from(["any", "near", "one scale", "decimal"]))
    if kind == "decimal":
        means, log_stds = _decimals(dtype), _decimal_log_stds(dtype)
        return Pairs(*(draw(numbers(shape, values)) for values in (means, log_stds, means, log_stds)))
    mean, log_std = draw(numbers(shape, MEANS)), draw(numbers(shape, LOG_STDS))
    if kind == "near":
        move = draw(numbers(shape, STEPS)) * scales(log_std)
        return Pairs(mean, log_std, mean + move, _clipped(log_std + draw(numbers(shape, STEPS))))
    other = log_std if kind == "one scale" else draw(numbers(shape, LOG_STDS))
    return Pairs(mean, log_std, draw(numbers(shape, MEANS)), other)


@st.composite
def moves(draw: st.DrawFn, dtype: str = "float64") -> Moves:
    """Gaussians with a small step of each parameter."""
    del dtype
    shape = draw(_shapes())
    log_std = draw(numbers(shape, MILD_LOG_STDS))
    mean_step, log_std_step = draw(numbers(shape, STEPS)) * scales(log_std), draw(numbers(shape, STEPS))
    return Moves(draw(numbers(shape, MEANS)), log_std, mean_step, log_std_step)


def scales(log_std: Array) -> Array:
    """σ rounded to a power of two, as rationals."""
    return np.asarray(exact(np.exp2(np.round(floating(log_std) / np.log(2)))))


def _shapes() -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, 5), st.sampled_from([2, 1, 3, 6]))


def _clipped(log_std: Array) -> Array:
    return np.asarray(np.minimum(np.maximum(log_std, exact(-10).item()), exact(5).item()))


@cache
def _decimals(dtype: str) -> Table:
    return _rounded(dtype, "1/10", "-1/10", "1/3", "-7/10", "12/10", "-23/10", "37/10", "-2/3", "99/100", "1001/10")


@cache
def _decimal_log_stds(dtype: str) -> Table:
    return _rounded(dtype, "-1/10", "1/10", "-7/10", "1/3", "-23/10", "-101/20", "-93/10", "37/10", "49/10", "-4/3")


@cache
def _decimal_squashed(dtype: str) -> Table:
    return _rounded(dtype, "1/10", "-1/10", "9/10", "-7/10", "1/3", "-2/3", "99/100", "-19/20", "997/1000")


@cache
def _edges(dtype: str) -> Table:
    bits = {"float32": 24, "float64": 53}[dtype]
    return table([exact(sign) * (1 - exact(1) / 2**power) for power in (12, 16, 20, 22, 23, bits) for sign in (1, -1)])


def _rounded(dtype: str, *texts: str) -> Table:
    return table([rounded(text, dtype) for text in texts])
