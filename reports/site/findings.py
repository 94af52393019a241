"""What was found: failures and declared deviations of all implementations, those that look alike told once."""

from __future__ import annotations

from collections.abc import Iterator

from ..failures import failing_groups
from ..loading import Records
from ..matrix import FAILING, slugs
from .failure import counterexample
from .page import Page

__all__ = ["pages"]


def pages(records: Records) -> Iterator[Page]:
    """One page, where there is a run."""
    if not records.runs:
        return
    found = []
    for run, slug in zip(records.runs, slugs(records.runs), strict=True):
        failing = [verdict for verdict in run["verdicts"] if verdict["status"] in FAILING]
        groups = [
            {"first": group[0], "others": group[1:], "case": counterexample(records, run, group[0])}
            for group in failing_groups(failing)
        ]
        deviations = [verdict for verdict in run["verdicts"] if verdict["status"] == "deviates"]
        if groups or deviations:
            found.append({"run": run, "slug": slug, "groups": groups, "deviations": deviations})
    yield Page("findings.html", "findings.html", "Findings", "Findings", {"found": found, "runs": len(records.runs)})
