"""``policyproof check``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from ..gate.check import chosen_seed, run, selected
from ..gate.database import VARIABLE, chosen_database
from ..gate.deviations import Deviation, read_deviations, settled, shipped_cases, shipped_deviations
from ..gate.errors import UsageError
from ..gate.kept import counterexample_file, kept_files
from ..gate.profile import PROFILES
from ..gate.sandbox import Sandbox, sandbox
from ..gate.target import built_in_targets
from ..gate.verdict import Report
from ..reports.terminal import conventions, declared, effort, failures, summary, verdict_table
from .common import exit_with, progress_bar, refuse_unwritable
from .outputs import write_runs

__all__ = ["check"]

COUNTEREXAMPLES = Path(".policyproof/counterexamples")


@click.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option("--all-installed", is_flag=True, help="Every built-in target whose library is installed.")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="ci", show_default=True, help="How much work.")
@click.option("--only", multiple=True, metavar="ID", help="An invariant or a capability; may be repeated.")
@click.option("--max-time", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds for each target.")
@click.option("--seed", type=int, help="What to draw from; 0 under CI, random elsewhere, always printed.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the run as JSON.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write the run as JUnit XML.")
@click.option("--html", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write the run as pages.")
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
@click.option("--deviations", type=click.Path(path_type=Path), metavar="FILE", help="Declared deviations, in TOML.")
@click.option("--strict", is_flag=True, help="Count declared deviations as violations.")
@click.option("--database", metavar="DB", help=f"Hypothesis' examples: directory:, github:, redis:; or {VARIABLE}.")
def check(
    targets: tuple[str, ...],
    profile: str,
    only: tuple[str, ...],
    max_time: float | None,
    seed: int | None,
    json_file: Path | None,
    junit: Path | None,
    html: Path | None,
    counterexamples: Path,
    workers: int | None,
    in_process: bool,
    call_limit: float | None,
    database: str | None,
    all_installed: bool,
    deviations: Path | None,
    strict: bool,
) -> None:
    """Judge each TARGET against every invariant of what it offers.

    TARGET is a built-in name, module:attribute, or path/to/file.py:attribute. A class is instantiated without
    arguments. Every method named as the seam names it is judged; see `policyproof list`. Deviations that are declared,
    in FILE or by the adapter that comes with the package, fail only where they do not show as declared.
    """
    console, seed = Console(), chosen_seed(seed)

    if not targets and not all_installed:
        raise click.UsageError("Missing argument 'TARGET...': name one, or choose --all-installed.")

    def judge() -> int:
        selected(only or None)
        for file in filter(None, (json_file, junit)):
            refuse_unwritable(file)
        examples = chosen_database(database)
        reports = []
        for name, judged in _sandboxes(console, targets, all_installed, 0 if in_process else workers):
            known = () if strict else _declared(name, deviations)
            judged_by = partial(
                run,
                judged,
                seed=seed,
                limits=PROFILES[profile].limits(call_limit),
                kept=partial(_to_try_first, counterexamples, judged.described),
                database=examples,
            )
            report = _with_progress(partial(judged_by, PROFILES[profile], only=only or None, max_time=max_time))
            report = settled(report, known, partial(_again, judged_by))
            reports.append(report)
            _show(console, report, counterexamples)
            if not report.complete:
                break
        if not reports:
            raise UsageError("no library that has an adapter is installed: see adapters/requirements/")
        runs = [report.to_json() for report in reports]
        if json_file is not None:
            json_file.write_text(json.dumps(runs[0] if len(runs) == 1 else runs, indent=1) + "\n", encoding="utf-8")
            console.print(f"report: {json_file}", highlight=False)
        write_runs(runs, {"junit": junit, "html": html})
        return int(any(report.failed for report in reports))

    exit_with(judge)


def _sandboxes(
    console: Console, targets: tuple[str, ...], all_installed: bool, workers: int | None
) -> Iterator[tuple[str, Sandbox]]:
    """Each target asked for, in its sandbox; with ``all_installed`` also each built-in one that can be judged here.

    Those that cannot are told with the reason.
    """
    for name in targets:
        with sandbox(name, workers) as judged:
            yield name, judged
    for name in built_in_targets() if all_installed else ():
        if name not in targets:
            try:
                with sandbox(name, workers) as judged:
                    yield name, judged
            except UsageError as error:
                console.print(f"not judged: {name}: {error}", highlight=False, markup=False)


def _declared(target: str, file: Path | None) -> tuple[Deviation, ...]:
    return shipped_deviations(target) if file is None else read_deviations(file, target)


def _to_try_first(folder: Path, described: dict[str, Any], invariant: str) -> tuple[str, ...]:
    """What was kept of earlier runs, and the smallest case that comes with a declared deviation."""
    return kept_files(folder, described, invariant) + kept_files(shipped_cases(), described, invariant)


def _again(judged_by: Callable[..., Report], invariants: tuple[str, ...]) -> Report:
    """On ten times the cases of `ci`."""
    more = replace(PROFILES["ci"], examples=10 * PROFILES["ci"].examples, total=10 * PROFILES["ci"].total)
    return judged_by(more, only=invariants)


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
    for line in declared(shown):
        console.print(line, soft_wrap=True)
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
