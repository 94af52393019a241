"""The claims ledger: every claim, its verdict, the evidence, how tight the inequalities are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..loading import Records
from ..pictures.plots import tightness_of
from .page import Page

__all__ = ["pages"]


def pages(records: Records) -> Iterator[Page]:
    """One page, where there is a ledger."""
    ledger = records.ledger
    if ledger is None:
        return
    evidence = {entry["name"]: entry for entry in ledger["evidence"]}
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for claim in ledger["claims"]:
        own = [evidence[name] for name in claim["evidence"]]
        groups.setdefault(claim["group"], []).append({**claim, "evidence": own, "tone": _tone(claim)})
    ratios = [entry["ratio_float"] for entry in ledger["evidence"] if "ratio_float" in entry]
    yield Page(
        "ledger.html",
        "ledger.html",
        "Claims ledger",
        "Ledger",
        {
            "ledger": ledger,
            "groups": groups,
            "verdicts": list(dict.fromkeys(claim["verdict"] for claim in ledger["claims"])),
            "statuses": list(dict.fromkeys(claim["status"] for claim in ledger["claims"])),
            "inequalities": len(ratios),
            "attained": sum(ratio >= 1 for ratio in ratios),
            "tightness": tightness_of(ledger) if ratios else "",
        },
    )


def _tone(claim: Mapping[str, Any]) -> str:
    """The colour: a slip of the pen is amber, although its correction is verified."""
    return "deviates" if claim["verdict"] == "slip" and claim["status"] == "verified" else str(claim["status"])
