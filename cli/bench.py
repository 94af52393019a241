"""``policyproof bench``."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..gate.errors import UsageError
from ..reports.benchmark_comparison import moves
from ..reports.benchmark_record import benchmark_record
from ..reports.errors import RecordError
from ..reports.loading import load
from ..reports.shape import base_of, base_time, shape_text
from .common import exit_with, refuse_unwritable

__all__ = ["bench"]

FOLDER = Path(__file__).parents[1] / "benchmarks"
LIBRARIES = ("torch", "numpy", "numba", "gymnasium", "stable-baselines3", "sb3-contrib")


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET...]")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the records as JSON.")
@click.option("--compare", type=click.Path(path_type=Path), metavar="FILE", help="Records to compare with.")
@click.option(
    "--slower-than",
    type=click.FloatRange(min=1, min_open=True),
    default=1.5,
    show_default=True,
    metavar="X",
    help="With --compare, fail where a contender takes more than X times as long against the probe.",
)
def bench(targets: tuple[str, ...], json_file: Path | None, compare: Path | None, slower_than: float) -> None:
    """Measure each TARGET, a file of the folder `benchmarks` without `test_`; all of them if none is named.

    pytest-benchmark drives the rounds; in each of them every contender takes its turn, in a process of its own. So do
    two probes of the machine, a copy and a matrix product. Figures are compared as ratios to a probe, so that a noisy
    or another machine does not count as a change. The file is written after each TARGET, so that Ctrl-C keeps those
    that are done. Needs the source tree, and the libraries that are measured.

    \b
    policyproof bench advantage --json before.json
    policyproof bench advantage --compare before.json
    """  # noqa: D301 - click reads the backspace as "keep these lines"
    console = Console(highlight=False)

    def measure() -> int:
        files = _files(targets)
        if json_file is not None:
            refuse_unwritable(json_file)
        earlier = _earlier(compare)
        records: list[dict[str, Any]] = []
        for name, file in files.items():
            console.print(f"[bold]{name}[/bold]")
            records.append(_measured(name, file))
            console.print(_table(records[-1]))
            if json_file is not None:
                shown = records[0] if len(files) == 1 else records
                json_file.write_text(json.dumps(shown, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if json_file is not None:
            console.print(f"report: {json_file}")
        return int(_compared(console, earlier, records, slower_than))

    exit_with(measure)


def _files(targets: Sequence[str]) -> dict[str, Path]:
    known = {file.stem.removeprefix("test_").replace("_", "-"): file for file in sorted(FOLDER.glob("test_*.py"))}
    if not known:
        raise UsageError(
            "the benchmarks come with the source tree, not with the installed package: run this in a clone"
        )
    for name in targets:
        if name not in known:
            raise UsageError(f"unknown benchmark {name!r}; there are {', '.join(known)}")
    return {name: known[name] for name in targets or known}


def _earlier(file: Path | None) -> dict[str, Mapping[str, Any]]:
    if file is None:
        return {}
    try:
        return {record["what"]: record for record in load([file]).benchmarks}
    except RecordError as error:
        raise UsageError(f"{type(error).__name__}: {error}") from error


def _measured(name: str, file: Path) -> dict[str, Any]:
    """Run one file under pytest-benchmark."""
    with TemporaryDirectory() as folder:
        full = Path(folder) / "full.json"
        options = ("--benchmark-only", f"--benchmark-json={full}", "-p", "no:xdist", "-p", "no:cacheprovider", "-q")
        command = (sys.executable, "-P", "-m", "pytest", str(file), "--rootdir", str(FOLDER.parent), *options)
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own benchmarks
        if done.returncode or not full.is_file():
            last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1:]
            raise UsageError(f"benchmark {name} did not come to its end: {' '.join(last)}; run pytest {file}")
        measured = json.loads(full.read_text(encoding="utf-8"))
    measured["machine_info"]["versions"] = dict(filter(None, map(_version, LIBRARIES)))
    about = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or name).split("\n\n")[0]
    return benchmark_record(measured, " ".join(about.split()).rstrip("."), f"policyproof bench {name}")


def _version(library: str) -> tuple[str, str] | None:
    try:
        return library, version(library)
    except PackageNotFoundError:
        return None


def _table(record: Mapping[str, Any]) -> Table:
    """A row a shape and contender: median and quartiles in microseconds, and the ratio to what bounds them."""
    base = base_of(record)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("shape", "contender", "median µs", "quartiles", f"÷ {base}"):
        table.add_column(heading, justify="left" if heading in ("shape", "contender") else "right")
    for shape in record["shapes"]:
        unit = base_time(shape, base)
        for contender, time in shape["microseconds"].items():
            low, high = shape["quartiles"][contender]
            ratio = f"{time / unit:.3g}" if unit else "–"
            table.add_row(Text(shape_text(shape)), Text(contender), f"{time:.4g}", f"{low:.4g}–{high:.4g}", ratio)
    return table


def _compared(
    console: Console, earlier: Mapping[str, Mapping[str, Any]], records: Sequence[Mapping[str, Any]], limit: float
) -> bool:
    """Tell what moved; whether something got slower by more than the limit."""
    failed = False
    for record in records:
        if record["what"] in earlier:
            for move in moves(earlier[record["what"]], record):
                worse = move.slower > limit
                failed |= worse
                if worse or move.slower < 1 / limit:
                    words = f"{move.shape}, {move.contender}: {move.before:.3g} → {move.now:.3g} times the {move.probe}"
                    console.print(
                        Text(f"{'slower' if worse else 'faster'}: {words}", style="red" if worse else "green")
                    )
        elif earlier:
            console.print(Text(f"nothing to compare with: {record['what']}"))
    return failed
