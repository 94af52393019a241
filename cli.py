"""The command line."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from . import __version__
from .claims.evidence import all_evidence
from .claims.explain import explain_claim
from .claims.ledger import ledger
from .claims.record import record
from .gate.check import chosen_seed, run, selected
from .gate.errors import UsageError
from .gate.kill_matrix import kill_matrix
from .gate.profile import PROFILES
from .gate.replay import replay as replay_file
from .gate.target import built_in_targets, opened
from .gate.verdict import Report
from .invariants.discovery import all_capabilities, all_invariants, all_variants
from .reports.terminal import failures, ledger_summary, ledger_table, summary, verdict_table

__all__ = ["main"]

COUNTEREXAMPLES = Path(".policyproof/counterexamples")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="policyproof")
def main() -> None:
    """Proof-test policy-optimisation code against exact oracles.

    \b
    policyproof check fast-cpu                  judge a built-in target
    policyproof check my_adapter.py:MyGAE       judge your own
    policyproof list                            what can be checked
    policyproof explain gae-equals-td-error-sum what an invariant states, and where it comes from
    policyproof replay FILE                     run a counterexample again
    policyproof ledger                          execute what the literature claims

    Exit codes: 0 all hold; 1 a violation, or an error in the code under test; 2 nothing could be judged.
    """  # noqa: D301 - click reads the backspace as "keep these lines"


@main.command()
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
    help="Where to write what failed.",
)
def check(
    targets: tuple[str, ...],
    profile: str,
    only: tuple[str, ...],
    max_time: float | None,
    seed: int | None,
    json_file: Path | None,
    counterexamples: Path,
) -> None:
    """Judge each TARGET against every invariant of what it offers.

    TARGET is a built-in name, module:attribute, or path/to/file.py:attribute. A class is instantiated without
    arguments. Every method named as the seam names it is judged; see `policyproof list`.
    """
    console, seed = Console(), chosen_seed(seed)

    def judge() -> int:
        selected(only or None)
        if json_file is not None:
            _refuse_unwritable(json_file)
        reports = []
        for name in targets:
            with opened(name) as target:
                report = _with_progress(
                    lambda note, t=target: run(  # type: ignore[misc]
                        t, PROFILES[profile], only=only or None, seed=seed, max_time=max_time, **note
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

    _exit(judge)


@main.command(name="list")
def list_() -> None:
    """Show the built-in targets, the capabilities, and every invariant with its class."""
    console = Console(highlight=False)
    console.print("[bold]targets[/bold]")
    console.print(f"  {', '.join(built_in_targets())}, module:attribute, path/to/file.py:attribute")
    for capability in all_capabilities():
        console.print(f"[bold]{capability}[/bold]")
        for invariant in all_invariants():
            if invariant.capability == capability:
                console.print(f"  {invariant.id}  [dim]{invariant.kind}[/dim]\n    {invariant.statement}")


@main.command()
@click.argument("name", metavar="ID")
def explain(name: str) -> None:
    """Say what an invariant, a claim of the ledger or a known bug is, and where it comes from."""
    console = Console(highlight=False)

    def tell() -> int:
        if name in ledger():
            for line in explain_claim(name):
                console.print(line, markup=False)
            return 0
        known_bugs = [variant for variant in all_variants() if variant.name == name]
        if known_bugs:
            console.print(f"{name}: {known_bugs[0].description}", markup=False)
            for citation in known_bugs[0].citations or ("made for the purpose: no citation",):
                console.print(f"  {citation}", markup=False)
            return 0
        chosen = [invariant for invariant in all_invariants() if name in (invariant.id, invariant.capability)]
        if not chosen:
            names = [*ledger(), *(variant.name for variant in all_variants()), *(i.id for i in all_invariants())]
            close = get_close_matches(name, names, n=1)
            hint = f"did you mean {close[0]}?" if close else "`policyproof list` and `policyproof ledger` show them"
            raise UsageError(f"no invariant, claim or known bug is called {name!r}: {hint}")
        for invariant in chosen:
            console.print(f"[bold]{invariant.id}[/bold] ({invariant.kind}, of {invariant.capability})")
            console.print(f"  {invariant.statement}\n  {invariant.formula}", markup=False)
            console.print(f"  sources: {'; '.join(invariant.sources)}", markup=False)
            console.print(f"  claims: {', '.join(invariant.claims) or 'none'}", markup=False)
            console.print(f"  must reject: {invariant.rejects}", markup=False)
        return 0

    _exit(tell)


@main.command(name="ledger")
@click.option("--instances", type=click.IntRange(min=1), default=20, show_default=True, help="For each evidence.")
@click.option("--seed", type=int, help="What to draw from; 0 under CI, random elsewhere, always printed.")
@click.option("--group", multiple=True, metavar="NAME", help="A group of claims; may be repeated.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the run as JSON.")
def ledger_(instances: int, seed: int | None, group: tuple[str, ...], json_file: Path | None) -> None:
    """Execute the claims ledger: what the literature says, proved or refuted instance by instance."""
    console, seed = Console(highlight=False), chosen_seed(seed)

    def execute() -> int:
        groups = {claim.group for claim in ledger().values()}
        for name in group:
            if name not in groups:
                raise UsageError(f"unknown group {name!r}; the groups are {', '.join(sorted(groups))}")
        if json_file is not None:
            _refuse_unwritable(json_file)
        total = sum(not group or evidence.group in group for evidence in all_evidence())
        with _progress() as progress:
            task = progress.add_task("evidence", total=total)
            result = record(
                instances,
                seed,
                groups=group,
                ended=lambda evidence, _: progress.update(task, advance=1, description=evidence.name),
            )
        console.print(ledger_table(result))
        console.print(ledger_summary(result), markup=False)
        if json_file is not None:
            json_file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            console.print(f"report: {json_file}")
        return int(result["totals"]["violated"] > 0)

    _exit(execute)


@main.command(name="kill-matrix")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="quick", show_default=True, help="How much work.")
@click.option("--only", multiple=True, metavar="ID", help="An invariant or a capability; may be repeated.")
@click.option("--seed", type=int, help="What to draw from; 0 under CI, random elsewhere, always printed.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the matrix as JSON.")
@click.option(
    "--figures", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Draw it, by capability."
)
def kill_matrix_(
    profile: str, only: tuple[str, ...], seed: int | None, json_file: Path | None, figures: Path | None
) -> None:
    """Judge every known bug by every invariant: what is caught, how soon, and what would be missed."""
    console, seed = Console(highlight=False), chosen_seed(seed)

    def judge_all() -> int:
        selected(only or None)
        if json_file is not None:
            _refuse_unwritable(json_file)
        with _progress() as progress:
            task = progress.add_task("variants", total=len(all_variants()))
            matrix = kill_matrix(
                PROFILES[profile],
                seed,
                only=only or None,
                ended=lambda variant: progress.update(task, advance=1, description=variant.name),
            )
        console.print(
            f"{len(matrix['variants'])} known bugs and controls, {len(matrix['invariants'])} invariants, "
            f"{len(matrix['kills'])} kills; {len(matrix['survivors'])} survive, {len(matrix['lonely'])} are caught by "
            f"one invariant alone; seed {seed}"
        )
        for name in matrix["survivors"]:
            console.print(f"survives: {name}", markup=False)
        if json_file is not None:
            json_file.write_text(json.dumps(matrix, indent=1) + "\n", encoding="utf-8")
            console.print(f"report: {json_file}")
        if figures is not None:
            from .reports.kill_matrix import draw as draw_kill_matrix

            figures.mkdir(parents=True, exist_ok=True)
            for capability in dict.fromkeys(variant["capability"] for variant in matrix["variants"]):
                draw_kill_matrix(matrix, capability, figures / f"{capability}.png")
            console.print(f"figures: {figures}")
        return int(bool(matrix["survivors"]))

    _exit(judge_all)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--target", help="Judge another target on the same case.")
def replay(file: Path, target: str | None) -> None:
    """Run the case of a counterexample FILE again, and say whether it still fails."""
    console = Console(highlight=False)

    def again() -> int:
        result = replay_file(file, target)
        console.print(f"{result.outcome}: {result.invariant} on {result.target}", markup=False)
        console.print(f"  {result.case}", markup=False)
        if result.error:
            console.print(f"  {result.error}", markup=False)
        elif result.comparison is not None:
            comparison = result.comparison
            at = comparison.worst if comparison.got.size else ()
            if comparison.got.size:
                numbers = f"got {comparison.got[at]:.9g}, expected {comparison.expected[at]}"
                console.print(f"  {comparison.what} at {list(at)}: {numbers}", markup=False)
            console.print(f"  error ÷ bound: {comparison.ratio:.3g}", markup=False)
        return int(result.outcome != "fixed")

    _exit(again)


def _exit(action: Callable[[], int]) -> None:
    try:
        sys.exit(action())
    except UsageError as error:
        Console(stderr=True, highlight=False).print(f"policyproof: {error}", markup=False, soft_wrap=True)
        sys.exit(2)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _with_progress(action: Callable[[dict[str, Any]], Report]) -> Report:
    with _progress() as progress:
        task = progress.add_task("starting", total=None)
        return action(
            {
                "began": lambda count, invariant: progress.update(task, total=count, description=invariant.id),
                "ended": lambda _verdict: progress.advance(task),
            }
        )


def _show(console: Console, report: Report, folder: Path) -> None:
    shown, files = report.to_json(), _write_counterexamples(report, folder)
    console.print(verdict_table(shown))
    for part in failures(shown, files):
        console.print(part, highlight=False, soft_wrap=isinstance(part, Text))
    console.print()
    console.print(summary(shown), highlight=False)


def _write_counterexamples(report: Report, folder: Path) -> dict[str, Path]:
    files = {}
    for verdict in report.verdicts:
        if verdict.counterexample is not None:
            name = re.sub(r"[^A-Za-z0-9.-]+", "-", report.implementation["name"])
            file = (folder / f"{name}--{verdict.invariant}.json").absolute()
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(verdict.counterexample, indent=1) + "\n", encoding="utf-8")
            except OSError as error:
                raise UsageError(f"cannot write {file}: {error.strerror}; choose --counterexamples DIR") from error
            files[verdict.invariant] = file
    return files


def _refuse_unwritable(file: Path) -> None:
    folder = file.absolute().parent
    if file.is_dir() or not folder.is_dir() or not os.access(file if file.exists() else folder, os.W_OK):
        raise UsageError(f"cannot write {file}: name a file in a folder that exists and can be written to")
