"""One invariant against one implementation: draw, compare, shrink."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from ..invariants.comparison import Comparison
from ..invariants.invariant import Invariant
from ..invariants.oracle import oracle
from ..invariants.subject import Subject
from .attempt import Attempt, CaseReached, attempt
from .draws import from_the_seed_alone

__all__ = ["Trial", "judge"]

SHRINKS = 600
"""Attempts at a smaller case, after which the smallest one so far is good enough."""


class FailureError(AssertionError):
    """The first failure, again."""


class EnoughError(BaseException):
    """The share of time, or of shrinking, is spent. It passes through Hypothesis, which catches every Exception."""


@dataclass
class Trial:
    """What was seen while an invariant was tried.

    ``cut`` says that time ran out before all examples were drawn. ``case`` is the smallest failing one,
    ``comparison`` its numbers or ``error`` what the implementation did.
    """

    examples: int = 0
    instances: int = 0
    worst_ratio: float = 0.0
    follows: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    seconds: float = 0.0
    cut: bool = False
    status: str = "holds"
    kind: str = ""
    case: Any = None
    comparison: Comparison | None = None
    error: str = ""

    def hold(self, comparison: Comparison) -> None:
        """Remember how near to its bound a case came, and which conventions fit all cases so far."""
        self.worst_ratio = max(self.worst_ratio, comparison.ratio)
        for name, values in comparison.follows.items():
            self.follows[name] = tuple(value for value in self.follows.get(name, values) if value in values)

    def fail(self, case: Any, tried: Attempt) -> None:
        """Remember a failure, the first or a smaller one."""
        self.status, self.kind = tried.kind.split()[0], tried.kind
        self.case, self.comparison, self.error = case, tried.comparison, tried.error


def judge(
    invariant: Invariant,
    subject: Subject,
    *,
    examples: int,
    seed_: int,
    seconds: float = float("inf"),
    shrink: bool = True,
    kept: Sequence[Any] = (),
    database: ExampleDatabase | None = None,
    attempt: Callable[[Invariant, Subject, Any], Attempt] = attempt,
) -> Trial:
    """Try an invariant on up to ``examples`` cases, for up to ``seconds``; shrink what fails.

    The same seed draws the same cases. Drawing stops early only for time, counted from the second case on: the first
    may have to import and compile. Cases that were ``kept`` from earlier runs are tried first; one that still fails
    is reported where the search finds nothing, so that what a seed finds does not depend on what was kept.
    """
    settings_ = settings(
        max_examples=examples,
        database=database,
        deadline=None,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[*([Phase.reuse] if database else []), Phase.generate, *([Phase.shrink] if shrink else [])],
        suppress_health_check=list(HealthCheck),
    )
    trial = Trial()
    started = monotonic()

    def again(case: Any) -> Attempt:
        return attempt(invariant, subject, case)

    try:
        old = [(case, tried) for case in kept if (tried := again(case)).kind]
        with from_the_seed_alone():
            _search(trial, again, invariant.cases(subject.dtype), f"{seed_}:{invariant.id}", settings_, seconds)
        if trial.status == "holds" and old:
            trial.fail(*old[0])
        if shrink:
            _reduce(trial, again, invariant)
    except CaseReached as reached:
        trial.case = reached.case
    if trial.comparison is not None:
        trial.worst_ratio = trial.comparison.ratio
    trial.seconds = monotonic() - started
    return trial


def _search(
    trial: Trial,
    again: Callable[[Any], Attempt],
    cases: SearchStrategy[Any],
    seed_: str,
    settings_: settings,
    seconds: float,
) -> None:
    warm, left = monotonic(), SHRINKS

    @settings_  # outside of the seed, which would take the database away
    @seed(zlib.crc32(seed_.encode()))
    @given(cases)
    def search(case: Any) -> None:
        nonlocal warm, left
        if trial.status == "holds":
            if trial.examples == 1:
                warm = monotonic()
            if trial.examples and monotonic() - warm > seconds:
                trial.cut = True
                raise EnoughError
            trial.examples += 1
            trial.instances += case.instances
        elif (left := left - 1) < 0:
            raise EnoughError
        tried = again(case)
        if tried.kind and (trial.status == "holds" or tried.kind == trial.kind):
            trial.fail(case, tried)
            raise FailureError
        if trial.status == "holds" and tried.comparison is not None:
            trial.hold(tried.comparison)

    try:
        search()
    except (FailureError, EnoughError):
        pass
    except Flaky:
        trial.error = (
            trial.error or "it failed on a case and then passed on it: its result depends on more than its inputs"
        )


def _reduce(trial: Trial, again: Callable[[Any], Attempt], invariant: Invariant) -> None:
    """Go on to smaller cases of the same failure where shrinking the draws has come to its end.

    A reduction may lie outside what the invariant is about; so it counts only if correct code holds on it.
    """
    correct = Subject(oracle())
    smaller = iter(()) if trial.case is None else trial.case.reductions()
    while (case := next(smaller, None)) is not None:
        try:
            if attempt(invariant, correct, case).kind:
                continue
        except Exception:  # noqa: S112 - whatever goes wrong, this case is not one to go on with
            continue
        tried = again(case)
        if tried.kind == trial.kind:
            trial.fail(case, tried)
            smaller = case.reductions()
