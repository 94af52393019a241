"""``policyproof replay``."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from ..gate.replay import replay as replay_file
from .common import exit_with

__all__ = ["replay"]


@click.command()
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

    exit_with(again)
