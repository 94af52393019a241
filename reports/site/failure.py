"""What a page shows of a verdict that fails: the smallest case as a picture and in numbers, and what it looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from ..loading import Records
from ..pictures.numbers import differs, flat, grid, number
from ..pictures.process import graph, process_of
from ..pictures.timeline import is_trajectories, timeline

__all__ = ["counterexample"]

MOST_ROWS = 12
"""Entries shown beside one another; the worst is among them, and the counterexample's file has all."""


def counterexample(records: Records, run: Mapping[str, Any], verdict: Mapping[str, Any]) -> dict[str, Any] | None:
    """Picture, arrays, numbers side by side and script of a verdict's smallest case; None where it has none."""
    found = verdict["counterexample"]
    if found is None:
        return None
    fields = found["case"]["fields"]
    seen = found.get("seen")
    return {
        "picture": _picture(fields, seen),
        "arrays": list(_arrays(fields)),
        "what": seen["what"] if seen else "",
        **_compared(seen),
        "error": found["error"],
        "script": records.scripts.get((run["target"], verdict["invariant"]), ""),
    }


def _picture(fields: Mapping[str, Any], seen: Mapping[str, Any] | None) -> Markup:
    if is_trajectories(fields):
        return timeline(fields, seen)
    process = process_of(fields)
    return graph(process) if process else Markup("")


def _arrays(fields: Mapping[str, Any], prefix: str = "") -> Iterator[dict[str, Any]]:
    for name, value in fields.items():
        if value["type"] == "mdp":
            yield from _arrays(value["fields"], f"{name}.")
        elif "entries" in value:
            yield {"name": f"{prefix}{name}", "shape": value["shape"], "rows": grid(value).rows}
        else:
            yield {"name": f"{prefix}{name}", "shape": [], "rows": [[number(value["value"])]]}


def _compared(seen: Mapping[str, Any] | None) -> dict[str, Any]:
    if seen is None:
        return {"numbers": [], "left_out": 0}
    rows: list[dict[str, Any]] = [
        {"at": list(index), "got": got, "exact": exact, "bound": bound, "differs": differs(got, exact)}
        for (index, got), (_, exact), (_, bound) in zip(
            flat(seen["got"]), flat(seen["expected"]), flat(seen["bound"]), strict=False
        )
    ]
    rows.sort(key=lambda row: not row["differs"])
    shown = sorted(rows[:MOST_ROWS], key=lambda row: row["at"])
    return {"numbers": shown, "left_out": len(rows) - len(shown)}
