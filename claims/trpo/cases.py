"""What claims about TRPO are tried on: batches, contexts with a multiplier, linear systems with a known spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers
from ...reference.arithmetic import Array, exact
from ..fisher.cases import LOGITS, weighted_rows

__all__ = ["Batch", "Contexts", "Spectrum", "batches", "contexts", "spectra"]


@dataclass(frozen=True, eq=False, repr=False)
class Batch(Case):
    """A policy of full support, rows (sᵢ, aᵢ, Âᵢ) of a batch, some change of the logits, and the budget δ."""

    policy: Array
    states: Array
    actions: Array
    advantages: Array
    direction: Array
    delta: Any

    @property
    def rows(self) -> tuple[Array, Array, Array]:
        """The columns of the batch."""
        return self.states, self.actions, self.advantages


@dataclass(frozen=True, eq=False, repr=False)
class Contexts(Case):
    """States with weights, an old policy of full support, centred advantages, levels ν > max A, and a competitor."""

    weights: Array
    policy: Array
    advantages: Array
    level: Array
    competitor: Array


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum(Case):
    """A = Q diag(λ) Q with Q = I − 2vvᵀ/vᵀv, a solution x of A x = b, and a point to start from."""

    axis: Array
    eigenvalues: Array
    solution: Array
    start: Array

    @cached_property
    def matrix(self) -> Array:
        """A, ``[n, n]``, symmetric with the eigenvalues λ."""
        reflection = self._reflected(exact(np.eye(len(self.axis))))
        return np.asarray(reflection * self.eigenvalues @ reflection)

    @cached_property
    def right(self) -> Array:
        """B = A x, ``[n]``."""
        return np.asarray(self.matrix @ self.solution)

    @property
    def hit(self) -> set[Any]:
        """The distinct eigenvalues that b has a component along."""
        parts = self._reflected(self.right[None])[0]
        return {value for value, part in zip(self.eigenvalues, parts, strict=True) if part != 0}

    def _reflected(self, rows: Array) -> Array:
        if np.all(self.axis == 0):
            return rows
        return np.asarray(rows - 2 * np.outer(rows @ self.axis, self.axis) / (self.axis @ self.axis))


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Repeated rows, unvisited states, advantages that are all zero and gradients that vanish are common."""
    _, policy = draw(weighted_rows(positive=True, max_states=3, max_actions=3))
    size = draw(st.integers(1, 5))
    data = np.frombuffer(draw(st.binary(min_size=2 * size, max_size=2 * size)), dtype=np.uint8).astype(int)
    delta = exact(draw(st.sampled_from(["1/64", "1/2", "1/1048576", "2"]))).item()
    return Batch(
        policy,
        data[:size] % policy.shape[0],
        data[size:] % policy.shape[1],
        draw(numbers((size,))),
        draw(numbers(policy.shape, LOGITS)),
        delta,
    )


@st.composite
def contexts(draw: st.DrawFn) -> Contexts:
    """Competitors of full support; levels close to the best advantage and far above it."""
    weights, policy = draw(weighted_rows(positive=True, max_states=2, max_actions=3))
    competitor = draw(distributions(policy.shape[:1], policy.shape[1], parts=64, positive=True))
    values = draw(numbers(policy.shape))
    centred = values - (policy * values).sum(axis=-1, keepdims=True)
    above = exact(draw(st.sampled_from(["1", "1/8", "16", "1/1024"]))).item()
    return Contexts(weights, policy, centred, np.maximum.reduce(centred, axis=-1) + above, competitor)


@st.composite
def spectra(draw: st.DrawFn, *, positive: bool = False) -> Spectrum:
    """Repeated eigenvalues are common, zero ones too unless ``positive``."""
    n = draw(st.integers(1, 4))
    values = st.sampled_from(["1", "2", "5", "1/8"] if positive else ["1", "0", "2", "5", "1/8"])
    eigenvalues = exact(draw(st.lists(values, min_size=n, max_size=n)))
    return Spectrum(draw(numbers((n,))), eigenvalues, draw(numbers((n,))), draw(numbers((n,))))
