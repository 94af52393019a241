"""``policyproof init``."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

import click
from rich.console import Console

from ..gate.errors import UsageError
from ..gate.target import opened
from .common import exit_with

__all__ = ["init"]


@click.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def init(name: str, force: bool) -> None:
    """Write an adapter for NAME into this folder: it names everything that can be judged, and already runs.

    \b
    policyproof init my-library
    policyproof check my_library_adapter.py:MyLibrary
    """  # noqa: D301 - click reads the backspace as "keep these lines"
    console = Console(highlight=False)

    def write() -> int:
        words = re.findall(r"[A-Za-z0-9]+", name)
        if not words or words[0][0].isdigit():
            raise UsageError(f"{name!r} makes no name for a class: begin it with a letter, such as my-library")
        file = Path(f"{'_'.join(words).lower()}_adapter.py")
        class_name = "".join(word[0].upper() + word[1:] for word in words)
        if file.exists() and not force:
            raise UsageError(f"{file} exists: choose another name, or --force to overwrite it")
        template = Template(Path(__file__).with_name("adapter.template").read_text(encoding="utf-8"))
        try:
            file.write_text(template.substitute(name=name, file=file, class_name=class_name), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {file}: {error.strerror}; go to a folder that can be written to") from error
        with opened(f"{file}:{class_name}") as target:
            console.print(f"wrote {file}; it offers {', '.join(target.subject.offered)}", markup=False)
        console.print(f"next: policyproof check {file}:{class_name}", markup=False)
        return 0

    exit_with(write)
