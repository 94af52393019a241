"""Known bugs of TRPO's line search."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ...reference.natural_gradient import tilted_divergence, tilted_policy
from ..variant import variant
from .rows import TRPO, Rows, of_rows

OVERWRITTEN = (
    "joschu/modular_rl 46a6f9a (#4, #7): theta = linesearch(...), then theta = thprev + fullstep",
    "wojzaremba/trpo 3d79a47, bea11a3 (PR #3): the same",
)


@variant(TRPO, citations=OVERWRITTEN)
@of_rows
def the_search_is_ignored(rows: Rows) -> Array:
    """The full step is taken, whatever the line search found."""
    return rows.full


@variant(
    TRPO,
    citations=("thu-ml/tianshou#1287 (af0d1912): on failure the last candidate stays in place",),
    steps=(10, 1, 3),
)
@of_rows
def rejected_trial_kept(rows: Rows, *, steps: int) -> Array:
    """Where every trial is refused, the last one is kept in place of the old policy."""
    trials = [0.8**j * rows.full for j in range(steps)]
    return next((trial for trial in trials if rows.acceptable(trial)), trials[-1])


@variant(
    TRPO,
    citations=(
        "vwxyzjn/cleanrl 7dc0baef: KL(new ‖ old) for KL(old ‖ new)",
        "Stable-Baselines-Team/stable-baselines3-contrib 087951d, openai/spinningup#192: the same, as a design choice",
    ),
)
@of_rows
def divergence_turned_round(rows: Rows) -> Array:
    """The line search bounds KL(new ‖ old)."""

    def accepts(change: Array) -> bool:
        turned = (rows.weights * tilted_divergence(tilted_policy(rows.policy, change), -change)).sum()
        return bool(turned <= rows.max_kl and rows.gain(change) >= 0)

    return rows.backtracked(rows.full, accepts)


@variant(
    TRPO,
    citations=("lecture notes on TRPO (claim trpo-surrogate-line-search-sign): L < 0 accepted, as for costs",),
)
@of_rows
def search_accepts_a_worse_surrogate(rows: Rows) -> Array:
    """The search waits for the surrogate to fall, as if advantages were costs: it refuses every step."""
    return rows.backtracked(rows.full, lambda change: rows.divergence(change) <= rows.max_kl and rows.gain(change) < 0)


@variant(TRPO)
@of_rows
def search_from_twice_the_step(rows: Rows) -> Array:
    """Control: backtracking starts from a step twice as long."""
    return rows.backtracked(2 * rows.full)


@variant(TRPO)
@of_rows
def divergence_half_as_much_again(rows: Rows) -> Array:
    """Control: trials pass up to a divergence of 1.5 max_kl."""
    return rows.backtracked(
        rows.full, lambda change: rows.divergence(change) <= 1.5 * rows.max_kl and rows.gain(change) >= 0
    )


@variant(TRPO)
@of_rows
def full_step_or_none(rows: Rows) -> Array:
    """Control: where the full step is refused, nothing shorter is tried."""
    return rows.full if rows.acceptable(rows.full) else np.zeros_like(rows.full)
