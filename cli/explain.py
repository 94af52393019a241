"""``policyproof explain``."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import click
import numpy as np
from rich.console import Console

from ..claims.explain import explain_claim
from ..claims.ledger import ledger
from ..gate.errors import UsageError
from ..gate.judge import judge
from ..gate.profile import PROFILES
from ..invariants.discovery import all_invariants, all_variants
from ..invariants.inexpressible import all_inexpressible
from ..invariants.invariant import Invariant
from ..invariants.oracle import oracle
from ..invariants.subject import Subject
from .common import exit_with

__all__ = ["explain"]


@click.command()
@click.argument("name", metavar="ID")
def explain(name: str) -> None:
    """Say what an invariant, a claim of the ledger or a known bug is, and where it comes from.

    The numbers are recomputed: how tight a bound is, the counterexample to a claim, the smallest case in which a known
    bug breaks an invariant.
    """
    console = Console(highlight=False)

    def tell() -> int:
        for line in _lines(name):
            console.print(line, markup=False, soft_wrap=True)
        return 0

    exit_with(tell)


def _lines(name: str) -> Iterator[str]:
    if name in ledger():
        yield from explain_claim(name)
        return
    known_bugs = [variant for variant in all_variants() if variant.name == name]
    if known_bugs:
        yield f"{name}: {known_bugs[0].description}"
        yield from (f"  {citation}" for citation in known_bugs[0].citations or ("made for the purpose: no citation",))
        return
    unseen = [entry for entry in all_inexpressible() if entry.name == name]
    if unseen:
        yield f"{name}: {unseen[0].what}\n  {unseen[0].citation}"
        yield f"  no capability can show it; it would need {unseen[0].needs}"
        return
    chosen = [invariant for invariant in all_invariants() if name in (invariant.id, invariant.capability)]
    if not chosen:
        names = [*ledger(), *(variant.name for variant in all_variants()), *(i.id for i in all_invariants())]
        close = get_close_matches(name, names, n=1)
        hint = f"did you mean {close[0]}?" if close else "`policyproof list` and `policyproof ledger` show them"
        raise UsageError(f"no invariant, claim or known bug is called {name!r}: {hint}")
    for invariant in chosen:
        yield f"{invariant.id} ({invariant.kind}, of {invariant.capability})"
        yield f"  {invariant.statement}\n  {invariant.formula}"
        yield f"  sources: {'; '.join(invariant.sources)}"
        yield f"  claims: {', '.join(invariant.claims) or 'none'}"
        yield f"  must reject: {invariant.rejects}"
        if len(chosen) == 1:
            yield from _counterexample(invariant)
            for claim in invariant.claims:
                yield ""
                yield from explain_claim(claim)


def _counterexample(invariant: Invariant) -> Iterator[str]:
    """The smallest case found in which the variant that an invariant must reject breaks it."""
    control = next(v for v in all_variants() if (v.name, v.capability) == (invariant.rejects, invariant.capability))
    subject = Subject(oracle(**{control.capability: control.forms[0]}))
    trial = judge(invariant, subject, examples=PROFILES["ci"].examples, seed_=0)
    yield f"    {control.description}"
    yield f"    fails at {trial.case}"
    if trial.comparison is None:
        yield f"    {trial.error}"
    else:
        seen, where = trial.comparison, trial.comparison.worst
        expected, bound = (np.broadcast_to(side, seen.got.shape)[where] for side in (seen.expected, seen.bound))
        yield f"    {seen.what}: got {seen.got[where]}, not {expected} ± {bound:.3g}"
