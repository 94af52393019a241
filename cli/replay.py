"""``policyproof replay``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.console import Console

from ..gate.errors import UsageError
from ..gate.profile import PROFILES
from ..gate.replay import counterexample_files
from ..gate.replay import replay as replay_files
from .common import exit_with

__all__ = ["replay"]


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|DIR...")
@click.option("--target", help="Judge another target on the same cases.")
@click.option("--in-process", is_flag=True, help="No worker process: for debuggers.")
@click.option("--call-limit", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds for one case.")
def replay(paths: tuple[Path, ...], target: str | None, in_process: bool, call_limit: float | None) -> None:
    """Run counterexamples again, and say of each: fixed, still fails, or fails differently.

    FILE is what `policyproof check` wrote; of a DIR, every file in it is run. Nothing in a file is ever executed. The
    exit code is 0 if all are fixed, 1 if one is not, 2 if a file cannot be judged.
    """
    console = Console(highlight=False)

    def again() -> int:
        files = counterexample_files(paths)
        outcomes: Counter[str] = Counter()
        limits = PROFILES["ci"].limits(call_limit)
        for result in replay_files(files, target, in_process=in_process, limits=limits):
            outcomes[result.outcome] += 1
            if result.outcome == "refused":
                if len(files) == 1:
                    raise UsageError(result.message)
                console.print(f"refused: {result.message}", markup=False)
                continue
            console.print(f"{result.outcome}: {result.invariant} on {result.target}", markup=False)
            console.print(f"  {result.case}\n  {result.message}", markup=False)
        if len(files) > 1:
            console.print(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
        return 2 if outcomes["refused"] else int(outcomes.total() > outcomes["fixed"])

    exit_with(again)
