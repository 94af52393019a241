"""The Fisher information as the mean outer product of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arithmetic import Arithmetic, Array, exact, floating
from ..domain import domain

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["InvalidBatchError", "fisher_information", "state_frequencies"]


class InvalidBatchError(ValueError):
    """The rows given are not a batch of samples of this policy; the message says which one, and why."""


@domain(weights="S in [0, ∞)", policy="S A in Δ", scores="S A n")
def fisher_information(weights: Array, policy: Array, scores: Array) -> Array:
    """F = Σ_s w(s) Σ_a π(a|s) ∇log π(a|s) ∇log π(a|s)ᵀ, ``[n, n]``.

    ``weights[S]`` is the state distribution w, or any w ≥ 0, ``policy[S, A]`` is π, ``scores[S, A, n]`` holds ∇log π.
    Amari (1998), "Natural gradient works efficiently in learning"; Kakade (2001), "A natural policy gradient",
    section 2.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    ValueError: shapes do not fit.
    """
    rows = scores.reshape(-1, scores.shape[-1])
    return np.asarray((rows * (weights[:, None] * policy).reshape(-1, 1)).T @ rows)


@domain(count="≥ 1")
def state_frequencies(states: Sequence[int] | Array, count: int, arithmetic: Arithmetic = Arithmetic.EXACT) -> Array:
    """w(s) = #{i : sᵢ = s} / B, ``[S]``: the distribution that a mean over the rows of a batch is taken under.

    Raises
    ------
    InvalidBatchError: the batch is empty, or names a state outside 0, …, count − 1.
    """
    rows = np.asarray(states)
    if rows.ndim != 1 or rows.size == 0 or rows.dtype.kind not in "iu":
        raise InvalidBatchError(f"states have shape {rows.shape} and dtype {rows.dtype}; at least one index is needed")
    if np.any((rows < 0) | (rows >= count)):
        raise InvalidBatchError(f"state {rows[(rows < 0) | (rows >= count)][0]} is outside 0, …, {count - 1}")
    frequencies = exact(np.bincount(rows, minlength=count)) / len(rows)
    return floating(frequencies) if arithmetic is Arithmetic.FLOAT else np.asarray(frequencies)
