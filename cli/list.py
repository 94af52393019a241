"""``policyproof list``."""

from __future__ import annotations

import click
from rich.console import Console

from ..gate.target import built_in_targets
from ..invariants.discovery import all_capabilities, all_invariants, all_variants
from ..invariants.inexpressible import all_inexpressible

__all__ = ["list_"]


@click.command(name="list")
@click.option("--bugs", is_flag=True, help="The known bugs instead: those that are caught, and those that cannot be.")
def list_(bugs: bool) -> None:
    """Show the built-in targets, the capabilities, and every invariant with its class."""
    console = Console(highlight=False)
    if bugs:
        _bugs(console)
        return
    console.print("[bold]targets[/bold]")
    console.print(f"  {', '.join(built_in_targets())}, module:attribute, path/to/file.py:attribute")
    for capability in all_capabilities():
        console.print(f"[bold]{capability}[/bold]")
        for invariant in all_invariants():
            if invariant.capability == capability:
                console.print(f"  {invariant.id}  [dim]{invariant.kind}[/dim]\n    {invariant.statement}")


def _bugs(console: Console) -> None:
    for capability in all_capabilities():
        console.print(f"[bold]{capability}[/bold]")
        for variant in all_variants():
            if variant.capability == capability and not variant.is_control:
                console.print(f"  {variant.name}\n    {variant.description}", markup=False)
                for citation in variant.citations:
                    console.print(f"    {citation}", style="dim", markup=False)
    console.print("[bold]known bugs that no capability can show[/bold]")
    for entry in all_inexpressible():
        console.print(f"  {entry.name}\n    {entry.what}", markup=False)
        console.print(f"    {entry.citation}\n    would need {entry.needs}", style="dim", markup=False)
