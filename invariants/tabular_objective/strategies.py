"""Batches over tables of logits on which gradients, surrogates and divergences go wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from ...reference.arithmetic import Array
from ..lattice import MIXED, SMALL, Table, numbers, table
from ..tables import SOFT, TableRows, indices, logit_tables

__all__ = ["DivergenceBatch", "GradientBatch", "SurrogateBatch", "divergences", "gradients", "nearby", "surrogates"]

CHANGES = table([0, 1, -1, "1/8", "-1/8", "1/2", "-1/2", 2, -2, "1/64", 4, -4, 8])
STEPS = table([0, "1/8", "-1/8", "1/4", "-1/4", "1/16", "-1/16", "1/2", "3/8"])
"""Changes so small that the divergence is all but quadratic in them."""


@dataclass(frozen=True, eq=False, repr=False)
class GradientBatch(TableRows):
    """What ``policy_gradient`` takes: logits ``[S, A]``, three columns ``[B]``."""

    logits: Array
    states: Array
    actions: Array
    advantages: Array


@dataclass(frozen=True, eq=False, repr=False)
class SurrogateBatch(TableRows):
    """What ``surrogate`` takes: new and old logits ``[S, A]``, three columns ``[B]``."""

    logits: Array
    old_logits: Array
    states: Array
    actions: Array
    advantages: Array


@dataclass(frozen=True, eq=False, repr=False)
class DivergenceBatch(TableRows):
    """What ``mean_kl`` takes: old and new logits ``[S, A]``, one column ``[B]``."""

    old_logits: Array
    logits: Array
    states: Array


@st.composite
def gradients(
    draw: st.DrawFn, dtype: str = "float64", *, values: Table = SOFT, min_size: int = 1, wide: bool = True
) -> GradientBatch:
    """One to four actions, states that no row visits, repeated rows, and advantages of every sign and, ``wide``, size.

    Sums of narrow advantages are exact in float32 too.
    """
    del dtype  # float32 holds all of these
    states, actions, size = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(min_size, 10))
    return GradientBatch(
        draw(logit_tables(states, actions, values)),
        draw(indices(size, draw(st.integers(1, states)))),
        draw(indices(size, actions)),
        draw(numbers((size,), draw(st.sampled_from([SMALL, MIXED])) if wide else SMALL)),
    )


@st.composite
def surrogates(
    draw: st.DrawFn, dtype: str = "float64", *, values: Table = SOFT, min_size: int = 1, wide: bool = True
) -> SurrogateBatch:
    """The same with a policy that has moved: by little, by much, or not at all."""
    batch = draw(gradients(dtype, values=values, min_size=min_size, wide=wide))
    new = batch.logits + draw(numbers(batch.logits.shape, CHANGES))
    return SurrogateBatch(new, batch.logits, batch.states, batch.actions, batch.advantages)


@st.composite
def divergences(draw: st.DrawFn, dtype: str = "float64", *, values: Table = SOFT, min_size: int = 1) -> DivergenceBatch:
    """Two policies and the states of a batch, without what the others need."""
    batch = draw(surrogates(dtype, values=values, min_size=min_size))
    return DivergenceBatch(batch.old_logits, batch.logits, batch.states)


@st.composite
def nearby(draw: st.DrawFn, dtype: str = "float64") -> DivergenceBatch:
    """Two policies whose logits differ by at most ½."""
    batch = draw(divergences(dtype))
    return replace(batch, logits=batch.old_logits + draw(numbers(batch.logits.shape, STEPS)))
