"""One invariant to judge, as a process can be told it, and the verdict that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..invariants.comparison import Comparison
from ..invariants.discovery import all_invariants
from ..invariants.invariant import Invariant
from ..invariants.subject import Subject
from .attempt import Attempt, attempt
from .counterexample import decode_case, document, load
from .database import KeyedDatabase, example_database
from .diagnosis import suspects
from .draws import from_the_seed_alone
from .errors import UsageError
from .judge import Trial, judge
from .target import Target
from .verdict import Verdict

__all__ = [
    "Job",
    "NextJob",
    "describe",
    "diagnosed",
    "invariant_of",
    "not_offered",
    "tried",
    "tried_once",
    "verdict_of",
]

Attempting = Callable[[Invariant, Subject, Any], Attempt]


@dataclass(frozen=True)
class Job:
    """Try ``invariant`` on up to ``examples`` cases drawn from ``seed``, for up to ``seconds``.

    ``kept`` are counterexample files to try first; ``database`` is where Hypothesis keeps examples, or empty.
    """

    invariant: str
    examples: int
    seed: int
    seconds: float = float("inf")
    kept: tuple[str, ...] = ()
    database: str = ""


NextJob = Callable[[], Job | None]


def invariant_of(name: str) -> Invariant:
    """The invariant with this id."""
    return next(invariant for invariant in all_invariants() if invariant.id == name)


def tried(job: Job, target: Target, attempt: Attempting = attempt) -> tuple[Trial, Verdict]:
    """Search for a failure, and say what came of it; not yet why."""
    invariant, database = invariant_of(job.invariant), example_database(job.database)
    trial = judge(
        invariant,
        target.subject,
        examples=job.examples,
        seed_=job.seed,
        seconds=job.seconds,
        kept=[case for file in job.kept for case in _kept(file)],
        database=KeyedDatabase(database, job.invariant) if database is not None else None,
        attempt=attempt,
    )
    return trial, verdict_of(invariant, target, trial)


def diagnosed(verdict: Verdict, target: Target, trial: Trial) -> Verdict:
    """The verdict with the known bugs that behave the same, and those that do so on the counterexample alone."""
    asked = invariant_of(verdict.invariant).needs if trial.status == "violated" else ()
    with from_the_seed_alone():
        found = [suspects(name, target.subject, trial.case) for name in asked]
    return replace(
        verdict,
        diagnosis=tuple(known for each in found for known in each.named),
        ruled_out=tuple(unlike for each in found for unlike in each.ruled_out),
    )


def tried_once(invariant: Invariant, case: Any, target: Target, attempt: Attempting = attempt) -> dict[str, Any]:
    """One attempt as plain data: the ``kind`` of failure, a ``message`` in words, and the ``document`` of it."""
    seen = attempt(invariant, target.subject, case)
    found = document(invariant.id, target.name, describe(target.subject), case, seen.comparison, seen.error)
    ratio = seen.comparison.ratio if seen.comparison is not None else 0.0
    return {
        "kind": seen.kind,
        "message": seen.error or (seen.comparison and f"{_in_words(seen.comparison)}; error ÷ bound: {ratio:.3g}"),
        "document": found,
    }


def verdict_of(invariant: Invariant, target: Target, trial: Trial) -> Verdict:
    """What a trial says about a target."""
    found = None
    if trial.case is not None:
        implementation = describe(target.subject)
        found = document(invariant.id, target.name, implementation, trial.case, trial.comparison, trial.error)
    return replace(
        not_offered(invariant),
        status=trial.status,
        examples=trial.examples,
        instances=trial.instances,
        worst_ratio=trial.worst_ratio,
        convention=trial.follows,
        seconds=trial.seconds,
        cut=trial.cut,
        message=_message(trial),
        counterexample=found,
    )


def not_offered(invariant: Invariant) -> Verdict:
    """What is said of an invariant that is about nothing that the implementation offers."""
    return Verdict(
        invariant.id,
        invariant.kind.value,
        invariant.capability,
        "not offered",
        statement=invariant.statement,
        formula=invariant.formula,
        sources=invariant.sources,
        claims=invariant.claims,
    )


def describe(subject: Subject) -> dict[str, object]:
    """What a run's JSON says of an implementation."""
    return {name: getattr(subject, name) for name in ("name", "version", "dtype", "device", "conventions")}


def _kept(file: str) -> list[Any]:
    """The case of a counterexample file; none where it was written for another version of the house."""
    try:
        return [decode_case(load(Path(file))["case"])]
    except UsageError:
        return []


def _message(trial: Trial) -> str:
    if trial.comparison is None or trial.status == "holds":
        return trial.error
    text = _in_words(trial.comparison)
    return f"{text}; {trial.error}" if trial.error else text


def _in_words(comparison: Comparison) -> str:
    if not comparison.got.size:
        return f"{comparison.what}: nothing to compare"
    at = comparison.worst
    where = f" at {list(at)}" if at else ""
    return f"{comparison.what}{where}: got {comparison.got[at]:.9g}, expected {comparison.expected[at]}"
