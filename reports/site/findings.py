"""What was found: failures and declared deviations of all implementations, those that look alike told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..failures import failing_groups
from ..loading import Records
from ..matrix import FAILING, label, slugs
from .failure import counterexample
from .page import Page

__all__ = ["pages"]


def pages(records: Records) -> Iterator[Page]:
    """One page, where there is a run."""
    if not records.runs:
        return
    owners = {
        id(verdict): (run, slug)
        for run, slug in zip(records.runs, slugs(records.runs), strict=True)
        for verdict in run["verdicts"]
    }
    verdicts = [verdict for run in records.runs for verdict in run["verdicts"]]
    groups = failing_groups([verdict for verdict in verdicts if verdict["status"] in FAILING])
    yield Page(
        "findings.html",
        "findings.html",
        "Findings",
        "Findings",
        {
            "findings": [_finding(records, group, owners) for group in groups],
            "deviations": _deviations(records),
            "runs": len(records.runs),
        },
    )


def _finding(records: Records, group: list[Any], owners: Mapping[int, tuple[Any, str]]) -> dict[str, Any]:
    """The smallest case of a group, where else it was seen, and on which other invariants it shows."""
    first = group[0]
    run, _ = owners[id(first)]
    seen = {owners[id(verdict)][1]: label(owners[id(verdict)][0]) for verdict in group}
    others = dict.fromkeys(v["invariant"] for v in group if v["invariant"] != first["invariant"])
    return {"first": first, "seen": seen, "others": list(others), "case": counterexample(records, run, first)}


def _deviations(records: Records) -> list[dict[str, Any]]:
    """Declared deviations, those of an implementation that have one reason together."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for run, slug in zip(records.runs, slugs(records.runs), strict=True):
        for verdict in run["verdicts"]:
            if verdict["status"] == "deviates":
                reason = (verdict.get("deviation") or {}).get("reason", "")
                shown = {"verdict": verdict, "label": label(run), "slug": slug, "invariants": []}
                found.setdefault((slug, reason), shown)["invariants"].append(verdict["invariant"])
    return list(found.values())
