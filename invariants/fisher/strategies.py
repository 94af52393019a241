"""Tables, batches and vectors on which Fisher-vector products go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ...reference.arithmetic import Array
from ..lattice import SMALL, Table, numbers, rounded, table
from ..tables import SOFT, TableRows, indices, logit_tables

__all__ = ["FisherProduct", "products"]

VECTORS = table([1, 0, -1, "1/2", "-1/2", 2, -2, 3, "-3/4", 10, "1/1024", 100, -1000])


@dataclass(frozen=True, eq=False, repr=False)
class FisherProduct(TableRows):
    """What ``fisher_vector_product`` takes: logits and a vector ``[S, A]``, the states ``[B]``, the damping."""

    logits: Array
    states: Array
    vector: Array
    damping: Any


@st.composite
def products(draw: st.DrawFn, dtype: str = "float64", *, values: Table = SOFT, min_size: int = 1) -> FisherProduct:
    """One to four actions, states that no row visits, repeated rows, with and without damping."""
    states, actions, size = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(min_size, 10))
    return FisherProduct(
        draw(logit_tables(states, actions, values)),
        draw(indices(size, draw(st.integers(1, states)))),
        draw(numbers((states, actions), draw(st.sampled_from([VECTORS, SMALL])))),
        rounded(draw(st.sampled_from(["0", "1/2", "1/10", "1", "1/1000", "1/100000"])), dtype),
    )
