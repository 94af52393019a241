"""The kill matrix: known bugs × invariants, and after how many examples each bug is caught."""

from __future__ import annotations

from collections.abc import Iterator

from ..loading import Records
from .page import Page

__all__ = ["pages"]


def pages(records: Records) -> Iterator[Page]:
    """One page, where there is a kill matrix."""
    matrix = records.kill_matrix
    if matrix is None:
        return
    kills = {(kill["capability"], kill["variant"], kill["invariant"]): kill["examples"] for kill in matrix["kills"]}
    judged = {verdict["invariant"] for run in records.runs for verdict in run["verdicts"] if verdict["examples"]}
    tables = []
    for capability in dict.fromkeys(variant["capability"] for variant in matrix["variants"]):
        columns = [i["id"] for i in matrix["invariants"] if capability in i["needs"]]
        rows = [
            (variant, [kills.get((capability, variant["name"], column)) for column in columns])
            for variant in matrix["variants"]
            if variant["capability"] == capability
        ]
        tables.append({"capability": capability, "columns": columns, "rows": rows})
    yield Page(
        "kill-matrix.html",
        "kill_matrix.html",
        "Kill matrix",
        "Kill matrix",
        {"matrix": matrix, "tables": tables, "judged": judged, "shade": _shade},
    )


def _shade(examples: int) -> int:
    """How soon: 4 for the first example, down to 1 for more than thirty."""
    return 4 if examples == 1 else 3 if examples <= 5 else 2 if examples <= 30 else 1
