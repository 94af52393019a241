"""One invariant against one implementation: draw, compare, shrink."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from time import monotonic
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky

from ..invariants.comparison import Comparison
from ..invariants.invariant import Invariant
from ..invariants.oracle import oracle
from ..invariants.subject import ImplementationError, Subject

__all__ = ["Trial", "judge"]


class ViolationError(AssertionError):
    """The comparison on a case is outside its bound."""


class TimeIsUpError(Exception):
    """The share of time for this invariant is spent."""


@dataclass
class Trial:
    """What was seen while an invariant was tried.

    ``drawing`` is the part of the seconds between the first case and the first failure; the rest is shrinking.
    ``case`` is the smallest failing one, ``comparison`` its numbers or ``error`` what the implementation did.
    """

    examples: int = 0
    instances: int = 0
    worst_ratio: float = 0.0
    seconds: float = 0.0
    drawing: float = 0.0
    status: str = "holds"
    case: Any = None
    comparison: Comparison | None = None
    error: str = ""


def judge(
    invariant: Invariant,
    subject: Subject,
    *,
    examples: int,
    seed_: int,
    seconds: float = float("inf"),
    shrink: bool = True,
) -> Trial:
    """Try an invariant on up to ``examples`` cases, for up to ``seconds``; shrink what fails.

    The same seed draws the same cases. Drawing stops early only for time, counted from the second case on: the first
    may have to import and compile.
    """
    trial = Trial()
    started = warm = monotonic()

    @seed(zlib.crc32(f"{seed_}:{invariant.id}".encode()))
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(invariant.cases(subject.dtype))
    def search(case: Any) -> None:
        nonlocal warm
        if trial.status == "holds":
            if trial.examples == 1:
                warm = monotonic()
            trial.drawing = monotonic() - warm
            if trial.examples and trial.drawing > seconds:
                raise TimeIsUpError
            trial.examples += 1
            trial.instances += case.instances
        try:
            comparison = invariant.compare(subject, case)
        except ImplementationError as error:
            trial.status, trial.case, trial.comparison, trial.error = "error", case, None, str(error)
            raise
        if not comparison.holds:
            trial.status, trial.case, trial.comparison, trial.error = "violated", case, comparison, ""
            raise ViolationError
        if trial.status == "holds":
            trial.worst_ratio = max(trial.worst_ratio, comparison.ratio)

    try:
        search()
    except (ViolationError, ImplementationError, TimeIsUpError):
        pass
    except Flaky:
        trial.error = (
            trial.error or "it failed on a case and then passed on it: its result depends on more than its inputs"
        )
    if shrink:
        _reduce(invariant, subject, trial)
    if trial.comparison is not None:
        trial.worst_ratio = trial.comparison.ratio
    trial.seconds = monotonic() - started
    return trial


def _reduce(invariant: Invariant, subject: Subject, trial: Trial) -> None:
    """Go on to smaller cases of the same failure where shrinking the draws has come to its end.

    A reduction may lie outside what the invariant is about; so it counts only if correct code holds on it.
    """
    correct = Subject(oracle())
    smaller = iter(()) if trial.case is None else trial.case.reductions()
    while (case := next(smaller, None)) is not None:
        try:
            if not invariant.compare(correct, case).holds:
                continue
        except Exception:  # noqa: S112 - whatever goes wrong, this case is not one to go on with
            continue
        try:
            comparison = invariant.compare(subject, case)
        except ImplementationError as error:
            if trial.status != "error":
                continue
            trial.case, trial.error = case, str(error)
        else:
            if trial.status != "violated" or comparison.holds:
                continue
            trial.case, trial.comparison = case, comparison
        smaller = case.reductions()
