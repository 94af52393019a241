"""Evidence against a distribution: e-values, and how much of it no correct program shows by chance.

An e-value is a number E ≥ 0 that is made from data and whose expectation is at most 1 where the hypothesis holds, so
that P(E ≥ 1/α) ≤ α (Markov). One that is a product of factors with conditional expectation 1 may be looked at after
any number of observations, chosen as one likes, and keeps that guarantee (Ville, 1939; Ramdas, Grünwald, Vovk, Shafer,
2023, Game-theoretic statistics and safe anytime-valid inference).
"""

from __future__ import annotations

from math import lgamma, log
from typing import Any

import numpy as np

from ..reference.arithmetic import Array, floating
from ..reference.tabular_mdp import TabularMDP
from .comparison import Comparison

__all__ = [
    "FALSE_ALARMS",
    "LARGEST",
    "TESTS",
    "against_copies",
    "against_process",
    "against_table",
    "against_tables",
    "evidence",
]

FALSE_ALARMS = 1e-9
"""The probability that a run with a correct implementation reports a statistical violation, at most."""
TESTS = 2**16
"""E-values that a run computes, at most: 5 statistical invariants on at most 10,000 cases each, and those kept."""
LARGEST = log(TESTS / FALSE_ALARMS)
"""The logarithm of an e-value beyond which a statement counts as violated: 31.8."""


def evidence(log_e: float, what: str) -> Comparison:
    """A comparison that holds for log E up to ``LARGEST``; evidence in favour counts as none."""
    return Comparison(np.array([max(0.0, log_e)]), np.zeros(1), np.array([LARGEST]), f"log e-value against: {what}")


def against_table(rows: Any, outcomes: Any, table: Array) -> float:
    """Log of the e-value ∏ q_t(x_t)/p(x_t | row_t) against the hypothesis that outcomes are drawn from ``table[R, K]``.

    q_t is what Krichevsky and Trofimov (1981) predict from the n outcomes seen so far in the same row, of k possible
    ones: (n_x + ½) / (n + k/2). Whatever the outcomes really are drawn from, log E grows by the divergence of that from
    the table with each observation, less k/2 log n in all. Infinite where something impossible happened.
    """
    table = np.asarray(table, dtype=float)
    counts = np.zeros(table.shape)
    np.add.at(counts, (np.asarray(rows), np.asarray(outcomes)), 1)
    if np.any(counts[table == 0]):
        return float("inf")
    total = 0.0
    for row in range(len(table)):
        possible = np.flatnonzero(table[row])
        seen = counts[row, possible]
        total += _predicted(seen) - float(seen @ np.log(table[row, possible]))
    return total


def against_process(mdp: TabularMDP, states: Array, actions: Array, next_states: Array, starts: Array) -> float:
    """Log of the e-value against the hypothesis that first states are drawn from μ and successors from P."""
    table = floating(mdp.transition).reshape(-1, mdp.states)
    steps = against_table(states * mdp.actions + actions, next_states, table)
    return steps + against_table(np.zeros(len(starts), dtype=int), starts, floating(mdp.initial)[None])


def against_tables(times: Any, rows: Any, outcomes: Any, tables: Array) -> float:
    """Log of an e-value against the hypothesis that x_t is drawn from ``tables[K, R, O]`` [time t, row t].

    The mean of two: one bets with what Krichevsky and Trofimov predict from all outcomes so far in the row, whatever
    the time, the other on the table before. Infinite where something impossible happened.
    """
    times, rows, outcomes = np.asarray(times), np.asarray(rows), np.asarray(outcomes)
    stated = tables[times, rows, outcomes]
    if np.any(stated <= 0):
        return float("inf")
    counts = np.zeros(tables.shape[1:])
    np.add.at(counts, (rows, outcomes), 1)
    against = -float(np.log(stated).sum())
    with np.errstate(divide="ignore"):
        late = float(np.log(tables[np.maximum(times - 1, 0), rows, outcomes]).sum())
    return float(np.logaddexp(against + sum(map(_predicted, counts)), against + late) - log(2))


def _predicted(seen: Array) -> float:
    """Log of the probability that Krichevsky and Trofimov give to outcomes seen so often, in any one order."""
    size = len(seen)
    return sum(lgamma(count + 0.5) - lgamma(0.5) for count in seen) + lgamma(size / 2) - lgamma(seen.sum() + size / 2)


def against_copies(same: Any, probabilities: Any) -> float:
    """Log of ∏ (½ + ½ 1[x = y]/p(y)) against the hypothesis that each x is drawn from p without regard to y.

    ``same`` says whether x = y, ``probabilities`` are p(y). A copy gains log(½ + 1/(2p)) with each observation.
    """
    bets = 0.5 + 0.5 * np.asarray(same) / np.asarray(probabilities, dtype=float)
    return float(np.log(bets).sum())
