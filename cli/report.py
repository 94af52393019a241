"""``policyproof report``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from ..gate.errors import UsageError
from ..gate.script import script
from ..reports.badges import write_badges
from ..reports.errors import RecordError
from ..reports.failures import failing_groups
from ..reports.junit import junit
from ..reports.loading import Records, load
from ..reports.markdown import markdown
from ..reports.matrix import FAILING
from ..reports.sarif import sarif
from ..reports.table import table
from .common import exit_with, refuse_unwritable

__all__ = ["report", "write_html", "write_reports"]

FILE = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)
TEXTS: dict[str, Callable[[Records], str]] = {"markdown": markdown, "junit": junit, "sarif": sarif, "csv": table}


@click.command()
@click.argument("records", nargs=-1, required=True, type=FILE, metavar="RUN.json...")
@click.option("--html", type=FOLDER, metavar="DIR", help="Write the site: open DIR/index.html, no server needed.")
@click.option(
    "--scripts", is_flag=True, help="On the pages, counterexamples as stand-alone scripts; opens the targets."
)
@click.option("--markdown", type=FILE, metavar="FILE", help="For a pull request, or $GITHUB_STEP_SUMMARY.")
@click.option("--junit", type=FILE, metavar="FILE", help="JUnit XML: a case an invariant.")
@click.option("--badges", type=FOLDER, metavar="DIR", help="A shields.io endpoint an implementation.")
@click.option("--sarif", type=FILE, metavar="FILE", help="SARIF 2.1.0, for code hosts.")
@click.option("--csv", type=FILE, metavar="FILE", help="A row a verdict.")
def report(
    records: tuple[Path, ...], html: Path | None, scripts: bool, badges: Path | None, **texts: Path | None
) -> None:
    """Render finished runs: the conformance matrix, findings, claims ledger, kill matrix and benchmarks.

    Each RUN.json is what `policyproof check`, `ledger`, `kill-matrix` or `bench` wrote with --json. A record that is
    empty, cut off, duplicate, inconsistent or of a newer schema is refused by name.

    \b
    policyproof check fast-cpu stable-baselines3 --json run.json
    policyproof report run.json --html site --markdown "$GITHUB_STEP_SUMMARY"
    """  # noqa: D301 - click reads the backspace as "keep these lines"

    def render() -> int:
        if html is None and badges is None and not any(texts.values()):
            raise UsageError(
                "name at least one output: --html DIR, --markdown, --junit, --sarif or --csv FILE, --badges DIR"
            )
        try:
            loaded = load(records)
            if scripts:
                loaded = replace(loaded, scripts=_scripts(loaded))
        except RecordError as error:
            raise UsageError(f"{type(error).__name__}: {error}") from error
        write_reports(loaded, html=html, badges=badges, texts=texts)
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


def write_reports(
    records: Records, *, html: Path | None, badges: Path | None = None, texts: Mapping[str, Path | None]
) -> None:
    """Write what was asked for, and say where; ``texts`` maps markdown, junit, sarif and csv to files.

    Raises
    ------
    UsageError: a file or folder cannot be written, or a library that pages need is not installed.
    """
    console = Console(highlight=False)
    asked = {kind: file for kind, file in texts.items() if file is not None}
    for file in asked.values():
        refuse_unwritable(file)
    for kind, file in asked.items():
        file.write_text(TEXTS[kind](records), encoding="utf-8")
        console.print(f"{kind}: {file}", markup=False)
    try:
        if badges is not None:
            console.print(f"badges: {len(write_badges(records, badges))} in {badges}", markup=False)
        if html is not None:
            console.print(f"html: {write_html(records, html)}", markup=False)
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}") from error


def write_html(records: Records, folder: Path) -> Path:
    """Write the site and return its first page.

    Raises
    ------
    UsageError: a library that pages need is not installed.
    """
    try:
        from ..reports.site.build import write_site
    except ImportError as error:
        raise UsageError(f"pages need {error.name}: pip install 'policyproof[reports]'") from error
    write_site(records, folder)
    return folder / "index.html"
