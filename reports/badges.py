"""Badges in the form of a shields.io endpoint: one JSON file an implementation, and one for the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .loading import Records
from .matrix import FAILING, Cell, cell, slugs

__all__ = ["badges", "write_badges"]

LONGEST = 60
"""Characters of a name on a badge."""


def badges(records: Records) -> dict[str, dict[str, Any]]:
    """File name → endpoint: ``schemaVersion``, ``label``, ``message``, ``color``."""
    found = {}
    for run, slug in zip(records.runs, slugs(records.runs), strict=True):
        whole = cell(run["verdicts"])
        found[f"{slug}.json"] = _badge(run["implementation"]["name"], _message(whole), _colour(whole))
    if records.ledger is not None:
        totals = records.ledger["totals"]
        colour = "red" if totals["violated"] else "blue"
        message = f"{totals['verified']} verified, {totals['refuted']} refuted"
        found["claims-ledger.json"] = _badge("claims ledger", message, colour)
    return found


def write_badges(records: Records, folder: Path) -> list[Path]:
    """Write one file a badge into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, badge in badges(records).items():
        file = folder / name
        file.write_text(json.dumps(badge, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(file)
    return written


def _badge(label: str, message: str, colour: str) -> dict[str, Any]:
    plain = " ".join("".join(c if c.isprintable() else " " for c in label).split())
    return {"schemaVersion": 1, "label": f"policyproof: {plain[:LONGEST]}", "message": message, "color": colour}


def _message(whole: Cell) -> str:
    failing = ", ".join(f"{whole.counts[status]} {status}" for status in FAILING if whole.counts.get(status))
    deviating = f"{whole.counts['deviates']} deviate" if whole.counts.get("deviates") else ""
    return ", ".join(filter(None, (f"{whole.holding} of {whole.judged} hold", failing, deviating)))


def _colour(whole: Cell) -> str:
    if whole.status in FAILING:
        return "red"
    return "yellow" if whole.status == "deviates" else "brightgreen"
