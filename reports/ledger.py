"""The claims ledger in short: its counts in words, and what a person reads of it at the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from .consistency import CLAIM_STATUSES

__all__ = ["claim_counts", "ledger_summary", "ledger_table"]

Record = Mapping[str, Any]


def claim_counts(ledger: Record) -> str:
    """How many claims have each status."""
    return ", ".join(f"{ledger['totals'][status]} {status}" for status in CLAIM_STATUSES)


def ledger_table(ledger: Record) -> Table:
    """One row a group of claims: how many have each status, and on how many instances."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("claims")
    for heading in (*CLAIM_STATUSES, "instances"):
        table.add_column(heading, justify="right")
    instances = {entry["name"]: entry["instances"] for entry in ledger["evidence"]}
    for group in dict.fromkeys(claim["group"] for claim in ledger["claims"]):
        own = [claim for claim in ledger["claims"] if claim["group"] == group]
        has = Counter(claim["status"] for claim in own)
        tried = sum(instances[name] for name in {name for claim in own for name in claim["evidence"]})
        table.add_row(Text(group), *(str(has[status] or "") for status in CLAIM_STATUSES), f"{tried:,}")
    return table


def ledger_summary(ledger: Record) -> str:
    """What failed, then the counts."""
    totals = ledger["totals"]
    failed = [f"violated: {entry['name']}: {entry['failure']}" for entry in ledger["evidence"] if entry["failure"]]
    told = (
        f"{totals['claims']} claims, {totals['beyond']} of them beyond the founding texts: {claim_counts(ledger)}; "
        f"{totals['evidence']} pieces of evidence on {totals['instances']:,} instances, "
        f"{totals['undecided']} undecided; seed {ledger['seed']}"
    )
    return "\n".join(["", *failed, told])
