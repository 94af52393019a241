"""``policyproof check``."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from ..gate.bench import bench
from ..gate.check import chosen_seed, run, selected
from ..gate.database import VARIABLE, chosen_database
from ..gate.errors import UsageError
from ..gate.kept import counterexample_file, kept_files
from ..gate.profile import PROFILES
from ..gate.verdict import Report
from ..reports.terminal import conventions, effort, failures, summary, verdict_table
from .common import exit_with, progress_bar, refuse_unwritable

__all__ = ["check"]

COUNTEREXAMPLES = Path(".policyproof/counterexamples")


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="ci", show_default=True, help="How much work.")
@click.option("--only", multiple=True, metavar="ID", help="An invariant or a capability; may be repeated.")
@click.option("--max-time", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds for each target.")
@click.option("--seed", type=int, help="What to draw from; 0 under CI, random elsewhere, always printed.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the run as JSON.")
@click.option(
    "--counterexamples",
    type=click.Path(path_type=Path, file_okay=False),
    default=COUNTEREXAMPLES,
    show_default=True,
    metavar="DIR",
    help="Where to keep what failed, to try it first next time.",
)
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Worker processes; one a core by default.")
@click.option("--in-process", is_flag=True, help="No worker processes: for debuggers. A crash or hang is then yours.")
@click.option("--call-limit", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds for one case.")
@click.option("--database", metavar="DB", help=f"Hypothesis' examples: directory:, github:, redis:; or {VARIABLE}.")
def check(
    targets: tuple[str, ...],
    profile: str,
    only: tuple[str, ...],
    max_time: float | None,
    seed: int | None,
    json_file: Path | None,
    counterexamples: Path,
    workers: int | None,
    in_process: bool,
    call_limit: float | None,
    database: str | None,
) -> None:
    """Judge each TARGET against every invariant of what it offers.

    TARGET is a built-in name, module:attribute, or path/to/file.py:attribute. A class is instantiated without
    arguments. Every method named as the seam names it is judged; see `policyproof list`.
    """
    console, seed = Console(), chosen_seed(seed)

    def judge() -> int:
        selected(only or None)
        if json_file is not None:
            refuse_unwritable(json_file)
        examples = chosen_database(database)
        reports = []
        for name in targets:
            with bench(name, 0 if in_process else workers) as judged:
                report = _with_progress(
                    partial(
                        run,
                        judged,
                        PROFILES[profile],
                        only=only or None,
                        seed=seed,
                        max_time=max_time,
                        limits=PROFILES[profile].limits(call_limit),
                        kept=partial(kept_files, counterexamples, judged.described),
                        database=examples,
                    )
                )
            reports.append(report)
            _show(console, report, counterexamples)
            if not report.complete:
                break
        if json_file is not None:
            runs = [report.to_json() for report in reports]
            json_file.write_text(json.dumps(runs[0] if len(targets) == 1 else runs, indent=1) + "\n", encoding="utf-8")
            console.print(f"report: {json_file}", highlight=False)
        return int(any(report.failed for report in reports))

    exit_with(judge)


def _with_progress(action: Callable[..., Report]) -> Report:
    with progress_bar() as progress:
        task = progress.add_task("starting", total=None)
        return action(
            began=lambda count, invariant: progress.update(task, total=count, description=invariant.id),
            ended=lambda _verdict: progress.advance(task),
        )


def _show(console: Console, report: Report, folder: Path) -> None:
    shown, files = report.to_json(), _write_counterexamples(report, folder)
    console.print(verdict_table(shown))
    for part in failures(shown, files):
        console.print(part, highlight=False, soft_wrap=isinstance(part, Text))
    console.print()
    if (told := conventions(shown)) is not None:
        console.print(told, highlight=False)
    console.print(effort(shown), highlight=False)
    console.print(summary(shown), highlight=False)


def _write_counterexamples(report: Report, folder: Path) -> dict[str, Path]:
    files = {}
    for verdict in report.verdicts:
        if verdict.counterexample is not None:
            file = counterexample_file(folder, report.implementation, verdict.invariant)
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(verdict.counterexample, indent=1) + "\n", encoding="utf-8")
            except OSError as error:
                raise UsageError(f"cannot write {file}: {error.strerror}; choose --counterexamples DIR") from error
            files[verdict.invariant] = file
    return files
