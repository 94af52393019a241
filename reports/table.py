"""Runs as CSV, for papers and spreadsheets: a row a verdict."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from .loading import Records

__all__ = ["COLUMNS", "table"]

IMPLEMENTATION = ("name", "version", "dtype", "device")
RUN = ("profile", "seed")
VERDICT = ("capability", "invariant", "class", "status", "examples", "instances", "worst_ratio", "seconds", "message")
COLUMNS = (*IMPLEMENTATION, *RUN, *VERDICT)


def table(records: Records) -> str:
    """The whole file, with a header; an infinite ratio is written ``inf``."""
    held = StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(COLUMNS)
    for run in records.runs:
        about = [*(run["implementation"][key] for key in IMPLEMENTATION), *(run[key] for key in RUN)]
        for verdict in run["verdicts"]:
            writer.writerow([_plain(value) for value in (*about, *(verdict[key] for key in VERDICT))])
    return held.getvalue()


def _plain(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    if value == "infinite":
        return "inf"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
