"""A run: every invariant of what an implementation offers, one after the other."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from types import FrameType

from ..invariants.discovery import all_capabilities, all_invariants
from ..invariants.invariant import Invariant
from ..invariants.subject import Subject
from .counterexample import document
from .diagnosis import diagnose
from .errors import UsageError
from .judge import Trial, judge
from .profile import PROFILES, Profile
from .target import Target, subject_of
from .verdict import Report, Verdict

__all__ = ["UserInterrupt", "check", "chosen_seed", "describe", "interruptible", "run", "selected", "verdict_of"]


class UserInterrupt(KeyboardInterrupt):
    """Ctrl-C at the terminal, as opposed to a KeyboardInterrupt that the code under test raises."""

    from_user = True


def check(
    implementation: object, *, profile: str = "ci", only: str | Sequence[str] | None = None, seed: int | None = None
) -> Report:
    """Judge an implementation (an object, or a class that makes one) and return the report of the run.

    Parameters
    ----------
    implementation : anything with at least one method of the seam.
    profile : ``quick``, ``ci`` or ``nightly``.
    only : an invariant id, the name of a capability, or several; None for everything offered.
    seed : what to draw from; None for 0 under CI and a random one elsewhere. The report states it.

    Raises
    ------
    UsageError: the object offers nothing of the seam, or a name is unknown.
    """
    subject = subject_of(implementation, type(implementation).__name__)
    target = Target(f"{type(implementation).__module__}:{type(implementation).__qualname__}", subject)
    return run(target, _profile(profile), only=only, seed=chosen_seed(seed))


def run(
    target: Target,
    profile: Profile,
    *,
    only: str | Sequence[str] | None,
    seed: int,
    max_time: float | None = None,
    began: Callable[[int, Invariant], None] = lambda _count, _invariant: None,
    ended: Callable[[Verdict], None] = lambda _verdict: None,
) -> Report:
    """Judge a target; ``began`` and ``ended`` hear of each invariant as it comes and goes.

    Time is shared: each invariant may draw for an equal part of what is left, and every one runs at least one case.
    Shrinking a failure takes what it takes, so that the same seed ends at the same counterexample.
    Ctrl-C ends the run early and leaves a report that is not ``complete``.
    """
    report = Report(target.name, describe(target.subject), profile.name, seed)
    invariants = selected(only)
    limit = max_time if max_time is not None else profile.seconds
    left = float("inf") if limit is None else limit
    with interruptible():
        try:
            for position, invariant in enumerate(invariants):
                began(len(invariants), invariant)
                waiting = sum(not other.missing(target.subject) for other in invariants[position:])
                verdict = verdict_of(invariant, target, profile, seed, left / max(waiting, 1))
                left -= verdict.drawing
                report.verdicts.append(verdict)
                ended(verdict)
            report.complete = True
        except UserInterrupt:
            pass
    return report


def verdict_of(
    invariant: Invariant, target: Target, profile: Profile, seed: int, seconds: float = float("inf")
) -> Verdict:
    """Judge one invariant; on a violation, name the known bugs that behave the same."""
    subject = target.subject
    said = (invariant.id, invariant.kind.value, invariant.capability)
    stated = {key: getattr(invariant, key) for key in ("statement", "formula", "sources", "claims")}
    if invariant.missing(subject):
        return Verdict(*said, "not offered", **stated)
    trial = judge(invariant, subject, examples=profile.examples, seed_=seed, seconds=seconds)
    suspects = invariant.needs if trial.status == "violated" else ()
    diagnosis = tuple(known for name in suspects for known in diagnose(name, subject, trial.case))
    found = None
    if trial.case is not None:
        found = document(invariant.id, target.name, describe(subject), trial.case, trial.comparison, trial.error)
    return Verdict(
        *said,
        trial.status,
        **stated,
        examples=trial.examples,
        instances=trial.instances,
        worst_ratio=trial.worst_ratio,
        seconds=trial.seconds,
        drawing=trial.drawing,
        message=_message(trial),
        counterexample=found,
        diagnosis=diagnosis,
    )


def describe(subject: Subject) -> dict[str, object]:
    """What a run's JSON says of an implementation."""
    return {name: getattr(subject, name) for name in ("name", "version", "dtype", "device", "conventions")}


def selected(only: str | Iterable[str] | None) -> tuple[Invariant, ...]:
    """The invariants with these ids or of these capabilities; all of them for None.

    Raises
    ------
    UsageError: a name is neither an invariant nor a capability that has invariants.
    """
    invariants = all_invariants()
    if only is None:
        return invariants
    names = (only,) if isinstance(only, str) else tuple(only)
    known = {invariant.id for invariant in invariants} | set(all_capabilities())
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "`policyproof list` shows them all"
            raise UsageError(f"unknown invariant {name!r}: {hint}")
    return tuple(invariant for invariant in invariants if invariant.id in names or invariant.capability in names)


def chosen_seed(seed: int | None) -> int:
    """The seed asked for; else 0 under CI, so that runs repeat, and a random one elsewhere."""
    if seed is not None:
        return seed
    return 0 if os.environ.get("CI") else secrets.randbelow(2**32)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise ``UserInterrupt`` inside the block, so that it is told from the code under test's own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise UserInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _profile(name: str) -> Profile:
    if name not in PROFILES:
        raise UsageError(f"unknown profile {name!r}: choose one of {', '.join(PROFILES)}")
    return PROFILES[name]


def _message(trial: Trial) -> str:
    if trial.comparison is None or trial.status == "holds":
        return trial.error
    at = trial.comparison.worst
    where = f" at {list(at)}" if at else ""
    got, expected = trial.comparison.got[at], trial.comparison.expected[at]
    text = f"{trial.comparison.what}{where}: got {got:.9g}, expected {expected}"
    return f"{text}; {trial.error}" if trial.error else text
