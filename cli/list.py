"""``policyproof list``."""

from __future__ import annotations

import click
from rich.console import Console

from ..gate.target import built_in_targets
from ..invariants.discovery import all_capabilities, all_invariants

__all__ = ["list_"]


@click.command(name="list")
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
