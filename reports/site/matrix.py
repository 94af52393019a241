"""The conformance matrix: implementations × capabilities, each opening into its invariants."""

from __future__ import annotations

from collections.abc import Iterator

from ..loading import Records
from ..matrix import SEVERITY, capabilities, cell, slugs, verdicts_of
from .page import Page

__all__ = ["pages"]


def pages(records: Records) -> Iterator[Page]:
    """One page, where there is a run."""
    runs = records.runs
    if not runs:
        return
    rows = []
    for capability in capabilities(runs):
        columns = [{verdict["invariant"]: verdict for verdict in verdicts_of(run, capability)} for run in runs]
        rows.append(
            {
                "capability": capability,
                "cells": [cell(column.values()) for column in columns],
                "invariants": [
                    (name, [column.get(name) for column in columns])
                    for name in dict.fromkeys(name for column in columns for name in column)
                ],
            }
        )
    whole = cell(verdict for run in runs for verdict in run["verdicts"])
    yield Page(
        "index.html",
        "matrix.html",
        "Conformance matrix",
        "Matrix",
        {
            "runs": list(zip(runs, slugs(runs), strict=True)),
            "rows": rows,
            "whole": whole,
            "statuses": [status for status in SEVERITY if whole.counts.get(status)],
            "invariants": len({verdict["invariant"] for run in runs for verdict in run["verdicts"]}),
            "examples": sum(run["totals"]["examples"] for run in runs),
        },
    )
