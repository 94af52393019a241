"""Run a counterexample again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..invariants.comparison import Comparison
from ..invariants.discovery import all_invariants
from ..invariants.subject import ImplementationError
from .counterexample import decode_case, load
from .errors import UsageError
from .target import opened

__all__ = ["Replay", "replay"]


@dataclass(frozen=True)
class Replay:
    """``outcome`` is ``fixed``, ``still fails`` or ``fails differently``."""

    outcome: str
    invariant: str
    target: str
    case: Any
    comparison: Comparison | None
    error: str


def replay(path: Path, target: str | None = None) -> Replay:
    """Judge the case of a counterexample file, against its own target or another one.

    Raises
    ------
    UsageError: the file is no counterexample, names an invariant unknown to this version, or its target is gone.
    """
    found = load(path)
    invariants = {invariant.id: invariant for invariant in all_invariants()}
    if found["invariant"] not in invariants:
        raise UsageError(f"{path} is about the invariant {found['invariant']!r}, which this version does not have")
    invariant = invariants[found["invariant"]]
    case = decode_case(found["case"])
    with opened(target or found["target"]) as opened_target:
        missing = invariant.missing(opened_target.subject)
        if missing:
            raise UsageError(f"{opened_target.name} does not offer {', '.join(missing)}: nothing to replay")
        comparison, error = None, ""
        try:
            comparison = invariant.compare(opened_target.subject, case)
        except ImplementationError as failure:
            error = str(failure)
    if comparison is not None and comparison.holds:
        outcome = "fixed"
    elif comparison is None:
        outcome = "still fails" if found["error"] else "fails differently"
    else:
        outcome = "still fails" if _same_numbers(comparison, found.get("seen")) else "fails differently"
    return Replay(outcome, invariant.id, opened_target.name, case, comparison, error)


def _same_numbers(comparison: Comparison, seen: dict[str, Any] | None) -> bool:
    if seen is None:
        return False
    got = np.vectorize(float.fromhex, otypes=[float])(np.array(seen["got"], dtype=object))
    again = Comparison(comparison.got, got, comparison.bound, comparison.what)
    return got.shape == comparison.got.shape and again.holds
