"""Implementations × capabilities: how the verdicts of each cell count, and its worst error ÷ bound."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isinf
from typing import Any

__all__ = [
    "FAILING",
    "MARKS",
    "SEVERITY",
    "Cell",
    "capabilities",
    "cell",
    "label",
    "ratio_text",
    "slugs",
    "verdicts_of",
]

Record = Mapping[str, Any]

SEVERITY = ("crashed", "timeout", "error", "violated", "stale", "deviates", "holds", "not offered")
"""The statuses, worst first."""
FAILING = SEVERITY[:5]
"""The statuses that fail a run."""
MARKS = {
    "crashed": "!",
    "timeout": "!",
    "error": "!",
    "violated": "✗",
    "stale": "?",
    "deviates": "~",
    "holds": "✓",
    "not offered": "–",
}
"""One sign a status, so that colour is never alone in telling them apart."""


@dataclass(frozen=True)
class Cell:
    """Verdicts taken together: how many have each status, the worst of them, and the worst error ÷ bound."""

    counts: Mapping[str, int]
    worst_ratio: float

    @property
    def status(self) -> str:
        """The worst status there is."""
        return next((status for status in SEVERITY if self.counts.get(status)), "not offered")

    @property
    def judged(self) -> int:
        """How many invariants ran."""
        return sum(count for status, count in self.counts.items() if status != "not offered")

    @property
    def holding(self) -> int:
        """How many of them hold."""
        return self.counts.get("holds", 0)

    @property
    def words(self) -> str:
        """The counts in words, the worst first."""
        return ", ".join(f"{self.counts[status]} {status}" for status in SEVERITY if self.counts.get(status))


def cell(verdicts: Iterable[Record]) -> Cell:
    """Take verdicts together."""
    own = list(verdicts)
    ratios = (_ratio(verdict["worst_ratio"]) for verdict in own if verdict["status"] != "not offered")
    return Cell(Counter(verdict["status"] for verdict in own), max(ratios, default=0.0))


def verdicts_of(run: Record, capability: str) -> list[Record]:
    """The verdicts of a run on one capability."""
    return [verdict for verdict in run["verdicts"] if verdict["capability"] == capability]


def capabilities(runs: Sequence[Record], *, offered: bool = True) -> list[str]:
    """The capabilities in the order of the runs; only those that some implementation offers, unless told otherwise."""
    return list(
        dict.fromkeys(
            verdict["capability"]
            for run in runs
            for verdict in run["verdicts"]
            if not offered or verdict["status"] != "not offered"
        )
    )


def label(run: Record) -> str:
    """Name, version, dtype and device of an implementation."""
    implementation = run["implementation"]
    return " ".join(filter(None, (implementation[key] for key in ("name", "version", "dtype", "device"))))


def slugs(runs: Sequence[Record]) -> list[str]:
    """A short file name a run, each its own, made of plain letters and digits."""
    found: list[str] = []
    for run in runs:
        plain = re.sub(r"[^a-z0-9]+", "-", run["implementation"]["name"].lower()).strip("-")[:40] or "implementation"
        names = (plain if i == 0 else f"{plain}-{i + 1}" for i in range(len(runs)))
        found.append(next(name for name in names if name not in found))
    return found


def followed(run: Record) -> dict[str, str]:
    """The conventions that were measured, each with the values that fit every case of every invariant."""
    found: dict[str, list[Any]] = {}
    for verdict in run["verdicts"]:
        for name, values in verdict.get("convention", {}).items():
            found[name] = [value for value in found.get(name, values) if value in values]
    return {
        name: " or ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
        or "not always the same"
        for name, values in found.items()
    }


def ratio_text(ratio: float | str) -> str:
    """An error ÷ bound in two digits."""
    number = _ratio(ratio)
    return "∞" if isinf(number) else f"{number:.2g}"


def _ratio(ratio: float | str) -> float:
    return inf if ratio == "infinite" else float(ratio)
