"""A page an invariant: formula, hypotheses, sources, the smallest counterexample, and how each implementation fares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..failures import size
from ..loading import Records
from ..matrix import FAILING, label, slugs
from .failure import counterexample
from .page import Page

__all__ = ["pages"]

MEANINGS = {
    "theorem": "True of every correct program: a violation is a bug.",
    "definition": "The published algorithm's formula: a violation means that another algorithm runs under its name.",
    "convention": "Reputable code differs here: what is followed is measured and named, and judged only if declared.",
    "statistical": "True in expectation: judged by an anytime-valid test with a stated probability of a false alarm.",
}


def pages(records: Records) -> Iterator[Page]:
    """One page an invariant that some implementation offers."""
    claims = {claim["id"]: claim for claim in (records.ledger or {"claims": ()})["claims"]}
    killers = _killed(records)
    verdicts: dict[str, list[tuple[Mapping[str, Any], str, Mapping[str, Any]]]] = {}
    for run, slug in zip(records.runs, slugs(records.runs), strict=True):
        for verdict in run["verdicts"]:
            verdicts.setdefault(verdict["invariant"], []).append((run, slug, verdict))
    for name, own in verdicts.items():
        stated, absent = own[0][2], [label(run) for run, _, verdict in own if verdict["status"] == "not offered"]
        if len(absent) == len(own):
            continue
        shown = [(run, verdict) for run, _, verdict in own if verdict["status"] in (*FAILING, "deviates")]
        smallest = min(shown, key=lambda pair: (pair[1]["status"] == "deviates", size(pair[1])), default=None)
        yield Page(
            f"invariant/{name}.html",
            "invariant.html",
            name,
            context={
                "stated": stated,
                "meaning": MEANINGS[stated["class"]],
                "sources": stated.get("sources", []),
                "claims": [(claim, claims.get(claim)) for claim in stated.get("claims", [])],
                "rows": [
                    (label(run), slug, verdict) for run, slug, verdict in own if verdict["status"] != "not offered"
                ],
                "absent": absent,
                "kills": killers.get(name, []),
                "smallest": _smallest(records, *smallest) if smallest else None,
            },
        )


def _smallest(records: Records, run: Mapping[str, Any], verdict: Mapping[str, Any]) -> dict[str, Any]:
    return {"label": label(run), "verdict": verdict, "case": counterexample(records, run, verdict)}


def _killed(records: Records) -> dict[str, list[Mapping[str, Any]]]:
    """The known bugs that each invariant catches."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    matrix = records.kill_matrix or {"variants": (), "kills": ()}
    variants = {(variant["name"], variant["capability"]): variant for variant in matrix["variants"]}
    for kill in matrix["kills"]:
        found.setdefault(kill["invariant"], []).append(variants[kill["variant"], kill["capability"]])
    return found
