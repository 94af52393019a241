"""Where rendered records go: texts into files, and sites, badges and pictures into folders."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from ..gate.errors import UsageError
from ..reports.badges import write_badges
from ..reports.errors import RecordError
from ..reports.junit import junit
from ..reports.loading import Records, records_of
from ..reports.markdown import markdown
from ..reports.sarif import sarif
from ..reports.table import table
from .common import refuse_unwritable

__all__ = ["write_reports", "write_runs"]


def write_reports(records: Records, outputs: Mapping[str, Path | None]) -> None:
    """Write what was asked for, and say where: ``outputs`` maps a kind, such as ``junit``, to a file or folder.

    Raises
    ------
    UsageError: a file or folder cannot be written, or a library that pages need is not installed.
    """
    console = Console(highlight=False)
    asked = {kind: place for kind, place in outputs.items() if place is not None}
    for kind in asked.keys() & TEXTS.keys():
        refuse_unwritable(asked[kind])
    for kind, place in asked.items():
        try:
            if kind in TEXTS:
                place.write_text(TEXTS[kind](records), encoding="utf-8")
            else:
                FOLDERS[kind](records, place)
        except OSError as error:
            raise UsageError(f"cannot write {error.filename}: {error.strerror}") from error
        except ImportError as error:
            raise UsageError(f"{kind} needs {error.name}: pip install 'policyproof[reports]'") from error
        console.print(f"{kind}: {place / 'index.html' if kind == 'html' else place}", markup=False, soft_wrap=True)


def write_runs(runs: Sequence[Mapping[str, Any]], outputs: Mapping[str, Path | None]) -> None:
    """Write runs that have just ended; where one was cut short, say so and write nothing."""
    if any(outputs.values()):
        try:
            records = records_of((run["target"], run) for run in json.loads(json.dumps(runs)))
        except RecordError as error:
            message = f"not rendered: {type(error).__name__}: {error}"
            Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)
        else:
            write_reports(records, outputs)


def _html(records: Records, folder: Path) -> object:
    from ..reports.site.build import write_site

    return write_site(records, folder)


def _pictures(records: Records, folder: Path) -> object:
    from ..reports.pictures.standalone import write_pictures

    return write_pictures(records, folder)


TEXTS: dict[str, Callable[[Records], str]] = {"markdown": markdown, "junit": junit, "sarif": sarif, "csv": table}
FOLDERS: dict[str, Callable[[Records, Path], object]] = {
    "html": _html,
    "pictures": _pictures,
    "badges": write_badges,
}
