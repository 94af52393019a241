"""What the commands share: how they end, show progress, and refuse a file that they could not write."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ..gate.errors import UsageError

__all__ = ["exit_with", "progress_bar", "refuse_unwritable"]


def exit_with(action: Callable[[], int]) -> None:
    """End with the code that the action returns; with 2 and one sentence where nothing could be judged."""
    try:
        sys.exit(action())
    except UsageError as error:
        Console(stderr=True, highlight=False).print(f"policyproof: {error}", markup=False, soft_wrap=True)
        sys.exit(2)


def progress_bar() -> Progress:
    """A bar on the terminal, on stderr; nothing where stderr is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def refuse_unwritable(file: Path) -> None:
    """Refuse a file that could not be written at the end, before any work is done."""
    folder = file.absolute().parent
    if file.is_dir() or not folder.is_dir() or not os.access(file if file.exists() else folder, os.W_OK):
        raise UsageError(f"cannot write {file}: name a file in a folder that exists and can be written to")
