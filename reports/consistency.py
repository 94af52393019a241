"""What a record must agree on with itself, beyond its schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Any

from .errors import DuplicateError, EmptyRecordError, InconsistentError

__all__ = ["CHECKS", "CLAIM_STATUSES", "across_runs", "identity"]

Record = Mapping[str, Any]
CLAIM_STATUSES = ("verified", "refuted", "not executed", "violated")


def identity(run: Record) -> tuple[str, ...]:
    """What tells one judged implementation from another."""
    implementation = run["implementation"]
    conventions = tuple(f"{name}={value}" for name, value in sorted(implementation["conventions"].items()))
    return (*(implementation[key] for key in ("name", "version", "dtype", "device")), *conventions)


def across_runs(runs: Sequence[Record]) -> None:
    """Refuse an implementation that was judged twice, and an invariant that two runs state differently."""
    _unique((" ".join(identity(run)) for run in runs), "implementation")
    stated: dict[str, tuple[str, ...]] = {}
    for run in runs:
        for verdict in run["verdicts"]:
            says = tuple(verdict[key] for key in ("class", "capability", "statement", "formula"))
            if stated.setdefault(verdict["invariant"], says) != says:
                raise InconsistentError(f"two runs state {verdict['invariant']} differently: run both by one version")


def _run(run: Record) -> None:
    verdicts = run["verdicts"]
    ran = [verdict for verdict in verdicts if verdict["status"] != "not offered"]
    if not ran:
        raise EmptyRecordError(f"the run of {run['implementation']['name']} judged nothing")
    _unique((verdict["invariant"] for verdict in verdicts), "invariant")
    for verdict in verdicts:
        _verdict(verdict)
    counted = {
        "invariants": len(ran),
        "examples": sum(verdict["examples"] for verdict in ran),
        "instances": sum(verdict["instances"] for verdict in ran),
        **Counter(verdict["status"] for verdict in verdicts),
    }
    said = {name: count for name, count in run["totals"].items() if count}
    for name in sorted({*said, *counted}):
        if said.get(name, 0) != counted.get(name, 0):
            raise InconsistentError(f"totals say {said.get(name, 0)} {name}; the verdicts hold {counted.get(name, 0)}")


def _verdict(verdict: Record) -> None:
    name, status, examples, ratio = (verdict[key] for key in ("invariant", "status", "examples", "worst_ratio"))
    if status == "not offered" and examples:
        raise InconsistentError(f"{name} is not offered, yet ran {examples} examples")
    if status == "holds" and not examples:
        raise InconsistentError(f"{name} holds on no example at all")
    if status == "holds" and (ratio == "infinite" or ratio > 1):
        raise InconsistentError(f"{name} holds, yet its error is {ratio} times its bound")
    if status == "violated" and ratio != "infinite" and ratio <= 1:
        raise InconsistentError(f"{name} is violated, yet no error is above its bound")
    found = verdict["counterexample"]
    if found is not None:
        if found["invariant"] != name:
            raise InconsistentError(f"the counterexample of {name} belongs to {found['invariant']}")
        for field, value in found["case"]["fields"].items():
            _shapes(f"{name}, {field}", value)


def _shapes(where: str, value: Record) -> None:
    if value["type"] == "mdp":
        for name, part in value["fields"].items():
            _shapes(f"{where}.{name}", part)
    elif "entries" in value and prod(value["shape"]) != len(value["entries"]):
        raise InconsistentError(f"{where}: {len(value['entries'])} entries do not fill shape {value['shape']}")


def _ledger(ledger: Record) -> None:
    claims, evidence = ledger["claims"], ledger["evidence"]
    if not claims:
        raise EmptyRecordError("the ledger holds no claim")
    _unique((claim["id"] for claim in claims), "claim")
    _unique((entry["name"] for entry in evidence), "evidence")
    known = {entry["name"]: entry for entry in evidence}
    for claim in claims:
        for name in claim["evidence"]:
            if name not in known or claim["id"] not in known[name]["claims"]:
                raise InconsistentError(f"claim {claim['id']} rests on {name}, which does not speak of it")
    statuses = Counter(claim["status"] for claim in claims)
    for name in CLAIM_STATUSES:
        if ledger["totals"].get(name, 0) != statuses[name]:
            raise InconsistentError(f"totals say {ledger['totals'].get(name)} {name}; the claims hold {statuses[name]}")


def _kill_matrix(matrix: Record) -> None:
    if not matrix["variants"] or not matrix["invariants"]:
        raise EmptyRecordError("the kill matrix has no row or no column")
    _unique((f"{variant['capability']}: {variant['name']}" for variant in matrix["variants"]), "variant")
    variants = {(variant["name"], variant["capability"]) for variant in matrix["variants"]}
    invariants = {invariant["id"] for invariant in matrix["invariants"]}
    for kill in matrix["kills"]:
        if (kill["variant"], kill["capability"]) not in variants or kill["invariant"] not in invariants:
            raise InconsistentError(
                f"{kill['invariant']} kills {kill['variant']}, but one of them is not in the matrix"
            )
    killed = {f"{kill['capability']}: {kill['variant']}" for kill in matrix["kills"]}
    for name in matrix["survivors"]:
        if name in killed:
            raise InconsistentError(f"{name} is said to survive, but was killed")


def _benchmark(benchmark: Record) -> None:
    if not benchmark["shapes"]:
        raise EmptyRecordError("the benchmark measured nothing")


def _learning_curves(record: Record) -> None:
    if not record["curves"]:
        raise EmptyRecordError("there is no curve")
    for curve in record["curves"]:
        if len({len(curve[key]) for key in ("steps", "interquartile_mean", "low", "high")}) != 1:
            raise InconsistentError(f"the curve of {curve['name']} has lists of different lengths")


CHECKS: dict[str, Callable[[Record], None]] = {
    "run": _run,
    "ledger": _ledger,
    "kill-matrix": _kill_matrix,
    "benchmark": _benchmark,
    "learning-curves": _learning_curves,
}
"""The kinds of record, and what each must agree on."""


def _unique(names: Iterable[str], what: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise DuplicateError(f"the {what} {name[:200]!r} stands there {count} times")
