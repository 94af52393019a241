"""``policyproof report``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from ..gate.errors import UsageError
from ..gate.script import script
from ..reports.errors import RecordError
from ..reports.failures import failing_groups
from ..reports.loading import Records, load
from ..reports.matrix import FAILING
from .common import exit_with
from .outputs import write_reports

__all__ = ["report"]

FILE = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("records", nargs=-1, required=True, type=FILE, metavar="RUN.json...")
@click.option("--html", type=FOLDER, metavar="DIR", help="Write the site: open DIR/index.html, no server needed.")
@click.option(
    "--scripts", is_flag=True, help="On the pages, counterexamples as stand-alone scripts; opens the targets."
)
@click.option("--markdown", type=FILE, metavar="FILE", help="For a pull request, or $GITHUB_STEP_SUMMARY.")
@click.option("--junit", type=FILE, metavar="FILE", help="JUnit XML: a case an invariant.")
@click.option("--badges", type=FOLDER, metavar="DIR", help="A shields.io endpoint an implementation.")
@click.option("--pictures", type=FOLDER, metavar="DIR", help="SVG of matrix, tightness and benchmarks, for a README.")
@click.option("--sarif", type=FILE, metavar="FILE", help="SARIF 2.1.0, for code hosts.")
@click.option("--csv", type=FILE, metavar="FILE", help="A row a verdict.")
def report(records: tuple[Path, ...], scripts: bool, **outputs: Path | None) -> None:
    """Render finished runs: the conformance matrix, findings, claims ledger, kill matrix and benchmarks.

    Each RUN.json is what `policyproof check`, `ledger`, `kill-matrix` or `bench` wrote with --json. A record that is
    empty, cut off, duplicate, inconsistent or of a newer schema is refused by name.

    \b
    policyproof check fast-cpu stable-baselines3 --json run.json
    policyproof report run.json --html site --markdown "$GITHUB_STEP_SUMMARY"
    """  # noqa: D301 - click reads the backspace as "keep these lines"

    def render() -> int:
        if not any(outputs.values()):
            raise UsageError("name at least one output, such as --html DIR or --markdown FILE; --help shows them all")
        try:
            loaded = load(records)
            if scripts:
                loaded = replace(loaded, scripts=_scripts(loaded))
        except RecordError as error:
            raise UsageError(f"{type(error).__name__}: {error}") from error
        write_reports(loaded, outputs)
        return 0

    exit_with(render)


def _scripts(records: Records) -> dict[tuple[str, str], str]:
    """Scripts of the failures that pages tell in full; those that cannot be written are left out, with the reason."""
    console, found = Console(stderr=True, highlight=False), {}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "counterexample.json"
        for run in records.runs:
            for group in failing_groups([verdict for verdict in run["verdicts"] if verdict["status"] in FAILING]):
                if group[0]["counterexample"] is not None:
                    file.write_text(json.dumps(group[0]["counterexample"]), encoding="utf-8")
                    try:
                        found[run["target"], group[0]["invariant"]] = script(file)
                    except UsageError as error:
                        reason = str(error).replace(str(file), group[0]["invariant"])
                        console.print(f"no script: {reason}", markup=False, soft_wrap=True)
    return found
