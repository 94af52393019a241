"""``policyproof ledger``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ..claims.evidence import all_evidence
from ..claims.ledger import ledger
from ..claims.record import record
from ..gate.check import chosen_seed
from ..gate.errors import UsageError
from ..reports.ledger import ledger_summary, ledger_table
from .common import exit_with, progress_bar, refuse_unwritable

__all__ = ["ledger_"]


@click.command(name="ledger")
@click.option("--instances", type=click.IntRange(min=1), default=20, show_default=True, help="For each evidence.")
@click.option("--seed", type=int, help="What to draw from; 0 under CI, random elsewhere, always printed.")
@click.option("--group", multiple=True, metavar="NAME", help="A group of claims; may be repeated.")
@click.option("--tightness", is_flag=True, help="Say of every inequality how tight its family makes it.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the run as JSON.")
def ledger_(instances: int, seed: int | None, group: tuple[str, ...], tightness: bool, json_file: Path | None) -> None:
    """Execute the claims ledger: what the literature says, proved or refuted instance by instance."""
    console, seed = Console(highlight=False), chosen_seed(seed)

    def execute() -> int:
        groups = {claim.group for claim in ledger().values()}
        for name in group:
            if name not in groups:
                raise UsageError(f"unknown group {name!r}; the groups are {', '.join(sorted(groups))}")
        if json_file is not None:
            refuse_unwritable(json_file)
        total = sum(not group or evidence.group in group for evidence in all_evidence())
        with progress_bar() as progress:
            task = progress.add_task("evidence", total=total)
            result = record(
                instances,
                seed,
                groups=group,
                ended=lambda evidence, _: progress.update(task, advance=1, description=evidence.name),
            )
        console.print(ledger_table(result))
        console.print(ledger_summary(result), markup=False)
        console.print(_tightness(result, every=tightness), markup=False, soft_wrap=True)
        if json_file is not None:
            json_file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            console.print(f"report: {json_file}")
        return int(result["totals"]["violated"] > 0)

    exit_with(execute)


def _tightness(result: Mapping[str, Any], *, every: bool) -> str:
    """How near smaller ÷ larger side comes to 1 on the tight families, the bluntest first."""
    families = [entry for entry in result["evidence"] if entry["kind"] == "tight" and "ratio" in entry]
    families.sort(key=lambda entry: (entry["ratio_float"], entry["name"]))
    lines = [f"{entry['ratio_float']:.6f}  {entry['name']}: {entry['statement']}" for entry in families if every]
    if families:
        attained = sum(entry["ratio"] == "1" for entry in families)
        lines.append(
            f"{len(families)} tight families: {attained} attain their bound, the bluntest reaches "
            f"{families[0]['ratio_float']:.3f} of it ({families[0]['name']})"
        )
    return "\n".join(lines)
