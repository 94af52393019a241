"""A campaign: targets × invariants × seeds, recorded unit by unit in a file that only grows."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from ..invariants.invariant import Invariant
from .errors import UsageError
from .job import Job
from .sandbox import Sandbox
from .verdict import FAILING, Verdict

__all__ = ["Plan", "Record", "Unit", "invariants_of"]

SCHEMA = "policyproof/campaign/1"


class Unit(NamedTuple):
    """One target, one invariant, one seed: what is judged as a whole, and counted once."""

    target: str
    invariant: str
    seed: int


@dataclass(frozen=True)
class Plan:
    """What a campaign judges: for each target the invariants that it can be judged by, on ``examples`` cases a seed."""

    targets: dict[str, dict[str, Any]]
    invariants: dict[str, tuple[str, ...]]
    first_seed: int
    seeds: int
    examples: int

    def units(self) -> Iterator[Unit]:
        """Target by target; within one, every invariant has had a seed before any has the next."""
        for target in self.targets:
            for seed in range(self.first_seed, self.first_seed + self.seeds):
                for invariant in self.invariants[target]:
                    yield Unit(target, invariant, seed)

    def job(self, unit: Unit) -> Job:
        """The unit as a worker is told it: no time limit, so that a seed means the same everywhere."""
        return Job(unit.invariant, self.examples, unit.seed)

    def to_json(self) -> dict[str, Any]:
        """The first line of a run."""
        return {"schema": SCHEMA, **json.loads(json.dumps(asdict(self)))}


def invariants_of(sandbox: Sandbox, chosen: Sequence[Invariant]) -> tuple[str, ...]:
    """The chosen invariants that a sandbox can be judged by."""
    return tuple(invariant.id for invariant in chosen if not invariant.missing(sandbox))


@dataclass
class Record:
    """``FOLDER/run.jsonl``: the plan, then a line a unit that is done, at last the totals; and its counterexamples.

    A line is written whole before the next begins; one that a killed driver left half written does not count. A unit
    counts once, whoever judged it twice. Of failures that look the same, one counterexample is kept, and all are
    counted.

    Raises
    ------
    UsageError: the folder holds a run and ``resume`` is false, holds another plan, or is being written to.
    """

    folder: Path
    plan: Plan
    resume: bool = False
    done: dict[Unit, dict[str, Any]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Open the file, and read what is there."""
        self.file = self.folder / "run.jsonl"
        if self.file.exists() and not self.resume:
            raise UsageError(f"{self.folder} holds a run: go on with --resume, or choose another --run")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._stream = self.file.open("a+b")
        except OSError as error:
            raise UsageError(f"cannot write {self.file}: {error.strerror}; choose another --run") from error
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"{self.folder} is being written to by another campaign") from error
        self._read()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._stream.close()

    def waiting(self) -> Iterator[Unit]:
        """The units that are not done."""
        return (unit for unit in self.plan.units() if unit not in self.done)

    def add(self, unit: Unit, verdict: Verdict) -> None:
        """Write down what came of a unit, unless it is known."""
        if unit in self.done:
            return
        line = {
            **unit._asdict(),
            "status": verdict.status,
            "examples": verdict.examples,
            "instances": verdict.instances,
            "seconds": round(verdict.seconds, 4),
        }
        if verdict.status in FAILING:
            line |= {"failure": self._kept(unit, verdict), "message": verdict.message}
            line["diagnosis"] = [known.variant for known in verdict.diagnosis]
        self._write(line)
        self.done[unit] = line

    def finish(self) -> dict[str, Any]:
        """Write the totals, if every unit is done; return them."""
        totals = self.totals()
        if totals["complete"]:
            self._write(totals)
        return totals

    def totals(self) -> dict[str, Any]:
        """What ran, what failed, and how much each invariant was exercised, over all targets."""
        coverage: dict[str, int] = {name: 0 for names in self.plan.invariants.values() for name in names}
        failures: dict[str, dict[str, Any]] = {}
        for unit, line in self.done.items():
            coverage[unit.invariant] += line["examples"]
            if "failure" in line:
                failures.setdefault(line["failure"], {**line, "count": 0})["count"] += 1
        lines = self.done.values()
        units = sum(self.plan.seeds * len(names) for names in self.plan.invariants.values())
        return {
            "totals": {
                "units": len(lines),
                "examples": sum(line["examples"] for line in lines),
                "instances": sum(line["instances"] for line in lines),
                "seconds": round(sum(line["seconds"] for line in lines), 3),
            },
            "coverage": coverage,
            "failures": sorted(failures.values(), key=lambda failure: failure["failure"]),
            "complete": len(lines) == units,
        }

    def _kept(self, unit: Unit, verdict: Verdict) -> str:
        """The name of the failure; its first counterexample is kept in a file of that name."""
        known = [bug.variant for bug in verdict.diagnosis]
        looks = known or re.sub(r"[0-9.]+|\[.*?\]", "", verdict.message.split(": got")[0])
        key = json.dumps([unit.target, unit.invariant, verdict.status, looks])
        name = f"{unit.invariant}--{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        file = self.folder / "counterexamples" / f"{name}.json"
        if verdict.counterexample is not None and not file.exists():
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(verdict.counterexample, indent=1) + "\n", encoding="utf-8")
        return name

    def _write(self, line: dict[str, Any]) -> None:
        self._stream.write(json.dumps(line).encode() + b"\n")
        self._stream.flush()

    def _read(self) -> None:
        self._stream.seek(0)
        text = self._stream.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._stream.truncate(len(whole))
        lines = self._parsed(whole)
        if not lines:
            self._write(self.plan.to_json())
            return
        if lines[0] != self.plan.to_json():
            raise UsageError(f"{self.file} was started with other targets, seeds or examples: start another --run")
        for line in lines[1:]:
            if "target" in line:
                self.done.setdefault(Unit(line["target"], line["invariant"], line["seed"]), line)

    def _parsed(self, text: bytes) -> list[dict[str, Any]]:
        try:
            return [json.loads(line) for line in text.splitlines()]
        except ValueError as error:
            raise UsageError(f"{self.file} is no campaign: {error}") from error
