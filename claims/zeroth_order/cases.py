"""Polynomial costs and perturbations of them."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import numbers, scalars, table
from ...reference.arithmetic import Array, Scalar

__all__ = ["SIZES", "Smoothing", "smoothings"]

SIZES = table(["1", "1/2", "1/8", "2", "1/1024", "3"])


@dataclass(frozen=True, eq=False, repr=False)
class Smoothing(Case):
    """A polynomial ``coefficients[n, …]`` of d axes, a ``point[d]``, and the size ``sigma`` of perturbations."""

    coefficients: Array
    point: Array
    sigma: Scalar


@st.composite
def smoothings(draw: st.DrawFn) -> Smoothing:
    """One variable to degree 6, two to degree 4 each, three to degree 1 each; σ from 2⁻¹⁰ to 3."""
    shape = draw(st.sampled_from([(5,), (2,), (3, 3), (5, 2), (5, 5), (2, 2, 2), (7,)]))
    return Smoothing(draw(numbers(shape)), draw(numbers((len(shape),))), draw(scalars(SIZES)))
