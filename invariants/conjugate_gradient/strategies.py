"""Symmetric positive definite systems on which conjugate gradients go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact
from ..case import Case
from ..lattice import MIXED, SMALL, numbers, table

__all__ = [
    "LinearSystem",
    "diagonals",
    "long_runs",
    "multiples_of_identity",
    "steep_systems",
    "systems",
    "zero_systems",
]

FACTORS = table([0, 1, -1, "1/2", "-1/2", 2, "3/2", -2])
LARGE = table([0, 65536, -1000, 3000, 1000000, -65536, 100, -12345])
EIGENVALUES = table([1, 2, 1, 4, 2, "1/2", 3, 8, 32, "1/4"])
SCALES = table([1, "1/2", 2, "1/4", "1/8", 4, "1/16", "1/32"])


@dataclass(frozen=True, eq=False, repr=False)
class LinearSystem(Case):
    """What ``conjugate_gradient`` takes: A ``[n, n]``, b ``[n]`` and a number of iterations."""

    matrix: Array
    right: Array
    iterations: int

    def reductions(self) -> Iterator[Self]:
        """The system without one of its unknowns, or with one iteration less."""
        size = len(self.right)
        if size > 1:
            yield from (self.part(np.ix_(*[np.arange(size) != row] * 2)) for row in range(size))
        if self.iterations > 1:
            yield replace(self, iterations=self.iterations - 1)

    def part(self, index: tuple[Array, ...]) -> Self:
        """The system for some of the unknowns, in the order of ``np.ix_``."""
        return replace(self, matrix=self.matrix[index], right=self.right[index[0].ravel()])


@st.composite
def systems(draw: st.DrawFn, dtype: str = "float64") -> LinearSystem:
    """Gram matrices plus a multiple of the identity and diagonal ones, with condition numbers of up to a hundred or so.

    One to four unknowns, up to three steps more than unknowns, b ≠ 0 of all magnitudes, and in few eigenvectors.
    """
    del dtype  # float32 holds all of these
    size = draw(st.integers(1, 4))
    if draw(st.booleans()):
        matrix = np.diag(draw(numbers((size,), EIGENVALUES))) + exact(np.zeros((size, size), int))
    else:
        factor = draw(numbers((size, size), FACTORS))
        matrix = factor @ factor.T + draw(st.sampled_from([1, 2, 4])) * exact(np.eye(size, dtype=int))
    right = draw(numbers((size,), draw(st.sampled_from([SMALL, LARGE, MIXED]))))
    if np.all(right == 0):
        right[0] = exact(1).item()
    return LinearSystem(matrix, right, draw(st.integers(1, size + 3)))


@st.composite
def long_runs(draw: st.DrawFn, dtype: str = "float64") -> LinearSystem:
    """Many more steps than unknowns."""
    return replace(draw(systems(dtype)), iterations=draw(st.sampled_from([10, 5, 30])))


@st.composite
def with_zeros(draw: st.DrawFn, dtype: str = "float64") -> LinearSystem:
    """The same, and in some b = 0."""
    case = draw(systems(dtype))
    return case if draw(st.sampled_from([True, True, True, False])) else replace(case, right=0 * case.right)


@st.composite
def zero_systems(draw: st.DrawFn, dtype: str = "float64") -> LinearSystem:
    """A right-hand side of zeros, and a number of iterations of any size."""
    case = draw(systems(dtype))
    return replace(case, right=0 * case.right, iterations=draw(st.sampled_from([1, 2, 10, 30])))


@st.composite
def multiples_of_identity(draw: st.DrawFn, dtype: str = "float64") -> LinearSystem:
    """Matrices c I, c from 1/4 to 9; every system of one unknown is one."""
    case = draw(systems(dtype))
    scale = exact(draw(st.sampled_from([1, 2, 3, "1/2", "1/4", 9, 5])))
    return replace(case, matrix=scale * exact(np.eye(len(case.right), dtype=int)))


@st.composite
def diagonals(draw: st.DrawFn, dtype: str = "float64") -> LinearSystem:
    """Diagonal matrices with one to four distinct eigenvalues, and as many steps as b has components along them."""
    size = draw(st.integers(1, 4))
    values = draw(numbers((size,), EIGENVALUES))
    right = draw(numbers((size,), draw(st.sampled_from([SMALL, LARGE]))))
    if np.all(right == 0):
        right[0] = exact(1).item()
    del dtype
    seen = len({value for value, entry in zip(values, right, strict=True) if entry != 0})
    return LinearSystem(np.diag(values) + exact(np.zeros((size, size), int)), right, max(1, seen))


@st.composite
def steep_systems(draw: st.DrawFn, dtype: str = "float64") -> LinearSystem:
    """The same scaled by powers of two on both sides: condition numbers of up to 10⁵, and up to 120 steps."""
    case = draw(systems(dtype))
    scales = draw(numbers((len(case.right),), SCALES))
    return replace(
        case, matrix=scales[:, None] * case.matrix * scales, iterations=draw(st.sampled_from([20, 5, 60, 120]))
    )
