"""``policyproof campaign``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ..gate.campaign import Plan, Record, invariants_of
from ..gate.check import UserInterrupt, interruptible, selected
from ..gate.engines import judged_here, judged_on_ray
from ..gate.errors import UsageError
from ..gate.profile import PROFILES
from ..gate.sandbox import sandbox
from .common import exit_with, progress_bar

__all__ = ["campaign"]


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--run", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR")
@click.option("--seeds", default="0:10", show_default=True, metavar="FIRST:END", help="Which seeds; END is left out.")
@click.option("--examples", type=click.IntRange(min=1), default=128, show_default=True, help="Cases for each seed.")
@click.option("--only", multiple=True, metavar="ID", help="An invariant or a capability; may be repeated.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Worker processes; one a core by default.")
@click.option("--ray", "address", metavar="ADDRESS", help="A Ray cluster: auto, local, or HOST:PORT.")
@click.option("--resume", is_flag=True, help="Go on with the run in DIR; what is done is not done again.")
@click.option("--call-limit", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds for one case.")
def campaign(
    targets: tuple[str, ...],
    folder: Path,
    seeds: str,
    examples: int,
    only: tuple[str, ...],
    workers: int | None,
    address: str | None,
    resume: bool,
    call_limit: float | None,
) -> None:
    """Judge every TARGET by every invariant with many seeds, on all cores or on a Ray cluster.

    \b
    policyproof campaign fast-cpu --run night --seeds 0:1000
    policyproof campaign fast-cpu --run night --seeds 0:1000 --resume
    policyproof campaign fast-cpu stable-baselines3 --run big --seeds 0:100000 --ray auto

    DIR/run.jsonl gains a line with each unit (target, invariant, seed) that is done, and DIR/counterexamples a file
    with each failure that looks new. A run that was killed or interrupted goes on with --resume. The exit code is 0 if
    everything ran and holds.
    """  # noqa: D301 - click reads the backspace as "keep these lines"
    console = Console(highlight=False)

    def go() -> int:
        limits = PROFILES["nightly"].limits(call_limit)
        with Record(folder, _plan(targets, seeds, examples, only), resume) as record, progress_bar() as progress:
            task = progress.add_task("units", total=sum(1 for _ in record.plan.units()), completed=len(record.done))
            waiting = record.waiting()
            if address is None:
                results = judged_here(record.plan, waiting, limits, workers)
            else:
                results = judged_on_ray(record.plan, waiting, limits, address)
            with interruptible():
                try:
                    for unit, verdict in results:
                        record.add(unit, verdict)
                        progress.update(task, advance=1, description=unit.invariant)
                except UserInterrupt:
                    results.close()
            totals = record.finish()
        _tell(console, totals, folder)
        return int(bool(totals["failures"]) or not totals["complete"])

    exit_with(go)


def _plan(targets: tuple[str, ...], seeds: str, examples: int, only: tuple[str, ...]) -> Plan:
    found = re.fullmatch(r"(\d+):(\d+)", seeds)
    if not found or int(found[2]) <= int(found[1]):
        raise UsageError(f"--seeds is {seeds!r}; it must be FIRST:END with FIRST below END, such as 0:100")
    chosen, described, invariants = selected(only or None), {}, {}
    for name in targets:
        with sandbox(name, 1) as opened:
            described[opened.name], invariants[opened.name] = opened.described, invariants_of(opened, chosen)
    return Plan(described, invariants, int(found[1]), int(found[2]) - int(found[1]), examples)


def _tell(console: Console, totals: dict[str, Any], folder: Path) -> None:
    for failure in totals["failures"]:
        console.print(f"{failure['status']}: {failure['invariant']} on {failure['target']}", markup=False)
        console.print(f"  {failure['message']}", markup=False)
        known = f"; behaves like {', '.join(failure['diagnosis'])}" if failure["diagnosis"] else ""
        console.print(f"  seen with {failure['count']} seeds, first {failure['seed']}{known}", markup=False)
        file = folder / "counterexamples" / f"{failure['failure']}.json"
        console.print(f"  replay: policyproof replay {file}", markup=False, soft_wrap=True)
    ran, coverage = totals["totals"], sorted(totals["coverage"].items(), key=lambda entry: entry[1])
    console.print(f"least exercised: {', '.join(f'{name} {count:,}' for name, count in coverage[:3])}", markup=False)
    end = "" if totals["complete"] else " — CUT SHORT: go on with --resume"
    counts = f"{ran['units']:,} units, {ran['examples']:,} examples, {len(totals['failures'])} distinct failures"
    console.print(f"{counts}{end}; {folder / 'run.jsonl'}", markup=False)
