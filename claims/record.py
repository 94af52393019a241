"""A run of all evidence, as JSON: what was tried, what stayed undecided, how tight each inequality is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..reference.arithmetic import floating
from .evidence import Counterexample, Evidence, Outcome, all_evidence
from .ledger import BEYOND, Claim, ledger

__all__ = ["record"]

SCHEMA = "policyproof/ledger/1"


def record(
    instances: int,
    seed: int,
    *,
    groups: tuple[str, ...] = (),
    ended: Callable[[Evidence, Outcome | None], None] = lambda _evidence, _outcome: None,
) -> dict[str, Any]:
    """Run the evidence of some groups, or of all, on up to so many instances each.

    A claim is ``refuted`` by a counterexample, ``verified`` by evidence that holds, ``violated`` where evidence fails,
    and otherwise ``not executed``, with the reason.
    """
    entries: list[dict[str, Any]] = []
    for evidence in all_evidence():
        if not groups or evidence.group in groups:
            outcome, failure = None, ""
            try:
                outcome = evidence.run(instances, seed)
            except AssertionError as error:
                failure = str(error) or "the check failed"
            entries.append(_entry(evidence, outcome, failure))
            ended(evidence, outcome)
    claims = [_claim(claim, entries) for claim in ledger().values() if not groups or claim.group in groups]
    return {
        "schema": SCHEMA,
        "instances": instances,
        "seed": seed,
        "claims": claims,
        "evidence": entries,
        "totals": {
            "claims": len(claims),
            "beyond": sum(claim["verdict"] == BEYOND for claim in claims),
            **{status: sum(c["status"] == status for c in claims) for status in STATUSES},
            "evidence": len(entries),
            "instances": sum(entry["instances"] for entry in entries),
            "undecided": sum(entry["undecided"] for entry in entries),
        },
        "complete": True,
    }


STATUSES = ("verified", "refuted", "not executed", "violated")


def _entry(evidence: Evidence, outcome: Outcome | None, failure: str) -> dict[str, Any]:
    outcome = outcome or Outcome()
    entry: dict[str, Any] = {
        "name": evidence.name,
        "kind": evidence.kind,
        "claims": list(evidence.claims),
        "statement": (evidence.function.__doc__ or "").strip().splitlines()[0],
        "instances": outcome.instances,
        "undecided": outcome.undecided,
        "failure": failure,
    }
    if outcome.best_ratio is not None:
        entry["ratio"] = str(outcome.best_ratio)
        entry["ratio_float"] = float(floating(outcome.best_ratio))
    if outcome.worst_float:
        entry["worst_float_ratio"] = outcome.worst_float
    if isinstance(outcome.found, Counterexample):
        found = outcome.found
        entry["counterexample"] = {
            "instance": found.instance,
            "written": [found.written[0], str(found.written[1])],
            "relation": found.relation,
            "truth": [found.truth[0], str(found.truth[1])],
        }
    return entry


def _claim(claim: Claim, entries: list[dict[str, Any]]) -> dict[str, Any]:
    own = [entry for entry in entries if claim.id in entry["claims"]]
    if any(entry["failure"] for entry in own):
        status = "violated"
    elif claim.verdict == "false as written":
        status = "refuted"
    else:
        status = "verified" if own else "not executed"
    return {
        "id": claim.id,
        "number": claim.number,
        "group": claim.group,
        "verdict": claim.verdict,
        "status": status,
        "sources": [{"title": source.title, "place": source.place} for source in claim.sources],
        "literature": claim.literature,
        "as_written": claim.as_written,
        "statement": claim.statement,
        "hypotheses": claim.hypotheses,
        "reason": claim.unexecutable,
        "evidence": [entry["name"] for entry in own],
    }
