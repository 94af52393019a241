"""Failures, those that look alike taken together: within one run, or over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["failing_groups", "size"]

Record = Mapping[str, Any]


def failing_groups(verdicts: Sequence[Record]) -> list[list[Record]]:
    """Failing verdicts by capability, status and known bugs, each group with its smallest case first.

    Errors are alike where their message is the same; what is no known bug is alike where the invariant is the same.
    """
    groups: dict[Any, list[Record]] = {}
    for verdict in verdicts:
        known = tuple(bug["variant"] for bug in verdict["diagnosis"])
        reason = verdict["message"] if verdict["status"] == "error" else verdict["invariant"] * (not known)
        groups.setdefault((verdict["capability"], verdict["status"], known, reason), []).append(verdict)
    for group in groups.values():
        group.sort(key=size)
    return list(groups.values())


def size(verdict: Record) -> int:
    """How large the case of a counterexample is, in characters."""
    return len(str((verdict["counterexample"] or {}).get("case")))
