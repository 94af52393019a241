"""``policyproof script``."""

from __future__ import annotations

from pathlib import Path

import click

from ..gate.script import script as source
from .common import exit_with, refuse_unwritable

__all__ = ["script"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
def script(file: Path, output: Path | None) -> None:
    """Write a counterexample FILE as a short Python file that runs on its own.

    It needs NumPy and the implementation, and ends with an AssertionError, or the implementation's own exception, for
    as long as the failure is there: something to paste into a bug report.
    """

    def write() -> int:
        if output is not None:
            refuse_unwritable(output)
        text = source(file)
        if output is None:
            click.echo(text, nl=False)
        else:
            output.write_text(text, encoding="utf-8")
        return 0

    exit_with(write)
