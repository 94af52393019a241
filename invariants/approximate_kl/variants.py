"""Known bugs of sampled divergences, as wrong versions of the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant

KL = "approximate_kl"


def estimates(log_ratio: Array, estimator: str) -> Array:
    """k₁, k₂ or k₃ of each row."""
    right = {"k1": -log_ratio, "k2": log_ratio**2 / 2, "k3": np.expm1(log_ratio) - log_ratio}
    return np.asarray(right[estimator])


@variant(
    KL,
    citations=("vwxyzjn/cleanrl 7dc0baef: PPG's auxiliary phase took KL(new ‖ old) for KL(old ‖ new)",),
    estimator=("k1", "k3"),
)
def new_against_old(log_probs: Array, old_log_probs: Array, *, estimator: str) -> Any:
    """The policies change places: on samples of the old policy this estimates no divergence."""
    return estimates(old_log_probs - log_probs, estimator).mean()


@variant(KL, citations=("tensorforce/tensorforce#105, #101: the reported divergence was always 0",))
def distribution_against_itself(log_probs: Array, old_log_probs: Array) -> Any:
    """The old distribution is recomputed from the current policy, so that nothing ever diverges."""
    return 0.0 * (log_probs - old_log_probs).mean()


@variant(KL)
def one_not_taken_off(log_probs: Array, old_log_probs: Array) -> Any:
    """Control: ρ − log ρ, which is 1 for equal policies."""
    return 1 + estimates(log_probs - old_log_probs, "k3").mean()


@variant(KL)
def weighted_by_the_probability(log_probs: Array, old_log_probs: Array) -> Any:
    """Control: every sample is weighted by its probability once more, as in a sum over all actions."""
    return (np.exp(old_log_probs) * estimates(log_probs - old_log_probs, "k1")).mean()


@variant(KL)
def sum_in_place_of_the_mean(log_probs: Array, old_log_probs: Array) -> Any:
    """Control: the rows are added up and not averaged."""
    return estimates(log_probs - old_log_probs, "k3").sum()


@variant(KL)
def half_left_out(log_probs: Array, old_log_probs: Array) -> Any:
    """Control: log² ρ without its half."""
    return 2 * estimates(log_probs - old_log_probs, "k2").mean()


@variant(KL)
def absolute_log_ratio(log_probs: Array, old_log_probs: Array) -> Any:
    """Control: |log ρ|, which is positive and no divergence."""
    return np.abs(log_probs - old_log_probs).mean()


@variant(KL)
def last_row_left_out(log_probs: Array, old_log_probs: Array) -> Any:
    """Control: the last row is dropped and the one before it counted twice."""
    rows = np.minimum(np.arange(len(log_probs)), max(0, len(log_probs) - 2))
    return estimates((log_probs - old_log_probs)[rows], "k3").mean()
