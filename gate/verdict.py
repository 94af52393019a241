"""Verdicts and the report of a run, as JSON states them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["FAILING", "Diagnosis", "Report", "RuledOut", "Verdict"]

SCHEMA = "policyproof/run/1"
FAILING = ("violated", "stale", "error", "timeout", "crashed")
"""The statuses for which a run exits with 1."""


@dataclass(frozen=True)
class Diagnosis:
    """A known bug that reproduces the behaviour on every case tried."""

    variant: str
    description: str
    citation: str


@dataclass(frozen=True)
class RuledOut:
    """A known bug that reproduces the counterexample, and the case that tells it from the implementation."""

    variant: str
    case: str


@dataclass(frozen=True)
class Verdict:
    """What came of one invariant.

    ``examples`` cases ran, holding ``instances`` independent problems (for advantages: trajectories);
    ``worst_ratio`` is the largest error ÷ bound seen; ``cut`` says that time ran out before all examples were drawn;
    ``message`` says in words what went wrong; ``convention`` maps each convention that the invariant measured to the
    values that fit every case; ``deviation`` is what was declared of it beforehand.
    """

    invariant: str
    kind: str
    capability: str
    status: str
    statement: str = ""
    formula: str = ""
    sources: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    examples: int = 0
    instances: int = 0
    worst_ratio: float = 0.0
    seconds: float = 0.0
    cut: bool = False
    message: str = ""
    counterexample: dict[str, Any] | None = None
    diagnosis: tuple[Diagnosis, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    convention: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    deviation: dict[str, Any] | None = None

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Verdict:
        """The verdict whose ``dataclasses.asdict`` this is, after a journey as JSON."""
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        lists["diagnosis"] = tuple(Diagnosis(**known) for known in fields["diagnosis"])
        lists["ruled_out"] = tuple(RuledOut(**known) for known in fields["ruled_out"])
        return cls(**fields | lists)

    def to_json(self) -> dict[str, Any]:
        """The verdict under the names that a run's JSON uses."""
        return {
            "invariant": self.invariant,
            "class": self.kind,
            "capability": self.capability,
            "status": self.status,
            "statement": self.statement,
            "formula": self.formula,
            "sources": list(self.sources),
            "claims": list(self.claims),
            "examples": self.examples,
            "instances": self.instances,
            "worst_ratio": _number(self.worst_ratio),
            "seconds": round(self.seconds, 4),
            "cut": self.cut,
            "message": self.message,
            "counterexample": self.counterexample,
            "diagnosis": [vars(known) for known in self.diagnosis],
            "ruled_out": [vars(known) for known in self.ruled_out],
            "convention": {name: list(values) for name, values in self.convention.items()},
            "deviation": self.deviation,
        }


@dataclass
class Report:
    """A run: one implementation against the invariants of what it offers."""

    target: str
    implementation: dict[str, Any]
    profile: str
    seed: int
    isolation: str = "none"
    verdicts: list[Verdict] = field(default_factory=list)
    complete: bool = False

    @property
    def failed(self) -> bool:
        """Whether any verdict calls for exit code 1, or the run was cut short."""
        return not self.complete or any(verdict.status in FAILING for verdict in self.verdicts)

    @property
    def totals(self) -> dict[str, int]:
        """How many invariants ran, on how many examples, and how each status counts."""
        ran = [verdict for verdict in self.verdicts if verdict.status != "not offered"]
        counts = {
            "invariants": len(ran),
            "examples": sum(verdict.examples for verdict in ran),
            "instances": sum(verdict.instances for verdict in ran),
        }
        for verdict in self.verdicts:
            counts[verdict.status] = counts.get(verdict.status, 0) + 1
        return counts

    def to_json(self) -> dict[str, Any]:
        """The run as JSON; ``complete`` comes last and is true only if every invariant had its turn."""
        return {
            "schema": SCHEMA,
            "target": self.target,
            "implementation": self.implementation,
            "profile": self.profile,
            "seed": self.seed,
            "isolation": self.isolation,
            "verdicts": [verdict.to_json() for verdict in self.verdicts],
            "totals": self.totals,
            "complete": self.complete,
        }


def _number(ratio: float) -> float | str:
    return ratio if ratio < float("inf") else "infinite"
