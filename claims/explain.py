"""A claim told to a reader, its numbers recomputed as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flint import fmpq

from ..reference.arithmetic import floating
from .evidence import Counterexample, Evidence, all_evidence
from .ledger import ledger

__all__ = ["explain_claim"]

INSTANCES = 50


def explain_claim(name: str) -> Iterator[str]:
    """Lines: what was written and where, the verdict, the right statement, and what the evidence shows now."""
    claim = ledger()[name]
    yield f"{claim.id} (claim {claim.number}, {claim.group}): {claim.verdict}"
    for source in claim.sources:
        yield f"  from {source.title}: {source.place}"
    if claim.literature:
        yield f"  literature: {claim.literature}"
    if claim.as_written:
        yield f"  as written: {claim.as_written}"
    yield f"  statement: {claim.statement}"
    if claim.hypotheses:
        yield f"  hypotheses: {claim.hypotheses}"
    if claim.unexecutable:
        yield f"  nothing can execute it: {claim.unexecutable}"
    for evidence in all_evidence():
        if name in evidence.claims:
            yield from _tell(evidence)


def _tell(evidence: Evidence) -> Iterator[str]:
    outcome = evidence.run(INSTANCES, 0)
    summary = (evidence.function.__doc__ or "").strip().splitlines()[0]
    yield f"  {evidence.kind} {evidence.name}: {summary}"
    if isinstance(outcome.found, Counterexample):
        found = outcome.found
        (written, left), (truth, right) = found.written, found.truth
        yield f"    {found.instance}: {written} = {_shown(left)} {found.relation} {truth} = {_shown(right)}"
    elif evidence.of is not None:
        yield f"    the ratio of the two sides reaches {_shown(outcome.best_ratio)}:"
        yield f"    with less than that share of its constant, {evidence.of.name} fails here"
    else:
        yield f"    {outcome.instances} instances, no violation"
        if outcome.undecided:
            yield f"    {outcome.undecided} of them stayed undecided at the highest precision"
        if outcome.best_ratio is not None:
            yield f"    largest ratio of the two sides: {_shown(outcome.best_ratio)}"
        if outcome.worst_float:
            yield f"    float64: worst error ÷ bound {outcome.worst_float:.3g}"
        if outcome.found is not None:
            yield f"    found: {outcome.found}"


def _shown(number: Any) -> str:
    """A rational in full where a reader can take it in, and its decimals where they say more; a ball as it is."""
    text = str(number)
    if not isinstance(number, fmpq) or len(text) < 8:
        return text
    decimals = f"≈ {float(floating(number)):.6g}"
    return f"{text} {decimals}" if len(text) < 30 else decimals
