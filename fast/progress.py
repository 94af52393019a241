"""A bar on a terminal while an agent learns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["shown"]


class Report(Protocol):
    """What an update tells: how many steps there were, and how well it goes."""

    @property
    def steps(self) -> int:
        """Transitions learned from."""

    @property
    def mean_return(self) -> float:
        """Of the last 100 episodes."""


R = TypeVar("R", bound=Report)


def shown(updates: Iterator[R], total: int, first: int, wanted: bool | None) -> Iterator[R]:
    """The same updates; `total` steps from `first` on are drawn as a bar on standard error where `wanted`.

    None: where standard error is a terminal.
    """
    console = Console(stderr=True)
    if not (console.is_terminal if wanted is None else wanted):
        yield from updates
        return
    columns = (
        TextColumn("learning"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total, told="")
        for report in updates:
            bar.update(task, completed=min(report.steps - first, total), told=f"return {report.mean_return:.4g}")
            yield report
