"""A page an implementation: what it was judged on, how it came out, what failed and how."""

from __future__ import annotations

from collections.abc import Iterator

from ..failures import failing_groups
from ..loading import Records
from ..matrix import FAILING, cell, followed, label, slugs, verdicts_of
from .page import Page

__all__ = ["pages"]


def pages(records: Records) -> Iterator[Page]:
    """One page a run."""
    for run, slug in zip(records.runs, slugs(records.runs), strict=True):
        names = dict.fromkeys(verdict["capability"] for verdict in run["verdicts"])
        parts = {name: verdicts_of(run, name) for name in names}
        offered = {name: own for name, own in parts.items() if cell(own).judged}
        failing = [verdict for verdict in run["verdicts"] if verdict["status"] in FAILING]
        yield Page(
            f"implementation/{slug}.html",
            "implementation.html",
            label(run),
            context={
                "run": run,
                "whole": cell(run["verdicts"]),
                "capabilities": [(name, cell(own), own) for name, own in offered.items()],
                "not_offered": [name for name in parts if name not in offered],
                "recognised": followed(run),
                "groups": failing_groups(failing),
            },
        )
