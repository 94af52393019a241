"""``policyproof explain``."""

from __future__ import annotations

from difflib import get_close_matches

import click
from rich.console import Console

from ..claims.explain import explain_claim
from ..claims.ledger import ledger
from ..gate.errors import UsageError
from ..invariants.discovery import all_invariants, all_variants
from ..invariants.inexpressible import all_inexpressible
from .common import exit_with

__all__ = ["explain"]


@click.command()
@click.argument("name", metavar="ID")
def explain(name: str) -> None:
    """Say what an invariant, a claim of the ledger or a known bug is, and where it comes from."""
    console = Console(highlight=False)

    def tell() -> int:
        if name in ledger():
            for line in explain_claim(name):
                console.print(line, markup=False)
            return 0
        known_bugs = [variant for variant in all_variants() if variant.name == name]
        if known_bugs:
            console.print(f"{name}: {known_bugs[0].description}", markup=False)
            for citation in known_bugs[0].citations or ("made for the purpose: no citation",):
                console.print(f"  {citation}", markup=False)
            return 0
        unseen = [entry for entry in all_inexpressible() if entry.name == name]
        if unseen:
            console.print(f"{name}: {unseen[0].what}\n  {unseen[0].citation}", markup=False)
            console.print(f"  no capability can show it; it would need {unseen[0].needs}", markup=False)
            return 0
        chosen = [invariant for invariant in all_invariants() if name in (invariant.id, invariant.capability)]
        if not chosen:
            names = [*ledger(), *(variant.name for variant in all_variants()), *(i.id for i in all_invariants())]
            close = get_close_matches(name, names, n=1)
            hint = f"did you mean {close[0]}?" if close else "`policyproof list` and `policyproof ledger` show them"
            raise UsageError(f"no invariant, claim or known bug is called {name!r}: {hint}")
        for invariant in chosen:
            console.print(f"[bold]{invariant.id}[/bold] ({invariant.kind}, of {invariant.capability})")
            console.print(f"  {invariant.statement}\n  {invariant.formula}", markup=False)
            console.print(f"  sources: {'; '.join(invariant.sources)}", markup=False)
            console.print(f"  claims: {', '.join(invariant.claims) or 'none'}", markup=False)
            console.print(f"  must reject: {invariant.rejects}", markup=False)
        return 0

    exit_with(tell)
