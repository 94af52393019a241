"""A run: every invariant of what an implementation offers."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from time import monotonic
from types import FrameType

from ..invariants.discovery import all_capabilities, all_invariants
from ..invariants.invariant import Invariant
from .errors import UsageError
from .job import Job, not_offered
from .profile import PROFILES, Profile
from .sandbox import Sandbox, live_sandbox
from .session import Limits
from .target import Target, subject_of
from .verdict import Report, Verdict

__all__ = ["UserInterrupt", "check", "chosen_profile", "chosen_seed", "interruptible", "run", "selected"]


class UserInterrupt(KeyboardInterrupt):
    """Ctrl-C at the terminal, as opposed to a KeyboardInterrupt that the code under test raises."""

    from_user = True


def check(
    implementation: object,
    *,
    profile: str = "ci",
    only: str | Sequence[str] | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> Report:
    """Judge an implementation (an object, or a class that makes one) and return the report of the run.

    Parameters
    ----------
    implementation : anything with at least one method of the seam.
    profile : ``quick``, ``ci`` or ``nightly``.
    only : an invariant id, the name of a capability, or several; None for everything offered.
    seed : what to draw from; None for 0 under CI and a random one elsewhere. The report states it.
    workers : how many processes to fork for it; 0 runs it in this one; None forks one where that is safe.

    Raises
    ------
    UsageError: the object offers nothing of the seam, or a name is unknown.
    """
    subject = subject_of(implementation, type(implementation).__name__)
    target = Target(f"{type(implementation).__module__}:{type(implementation).__qualname__}", subject)
    chosen = chosen_profile(profile)
    with live_sandbox(target, workers) as sandbox:
        return run(sandbox, chosen, only=only, seed=chosen_seed(seed))


def run(
    sandbox: Sandbox,
    profile: Profile,
    *,
    only: str | Sequence[str] | None,
    seed: int,
    max_time: float | None = None,
    limits: Limits | None = None,
    kept: Callable[[str], tuple[str, ...]] = lambda _invariant: (),
    database: str = "",
    began: Callable[[int, Invariant], None] = lambda _count, _invariant: None,
    ended: Callable[[Verdict], None] = lambda _verdict: None,
) -> Report:
    """Judge what is in a sandbox; ``began`` and ``ended`` hear of each invariant as it comes and goes.

    Every invariant runs at least one case, and as many as its share of the profile. Where time presses, it draws for
    no more than ``SHARES`` equal shares of what is left. ``kept`` names the counterexample files to try first.
    Shrinking a failure takes what it takes, so that the same seed ends at the same counterexample. Ctrl-C ends the run
    early and leaves a report that is not ``complete``.
    """
    report = Report(sandbox.name, sandbox.described, profile.name, seed, sandbox.isolation)
    invariants = selected(only)
    offered = [invariant for invariant in invariants if not invariant.missing(sandbox)]
    limit = max_time if max_time is not None else profile.seconds
    end = float("inf") if limit is None else monotonic() + limit
    waiting = list(reversed(offered))
    workers = getattr(sandbox, "count", 1)

    def next_job() -> Job | None:
        if not waiting:
            return None
        share = max(0.0, end - monotonic()) * workers / len(waiting)
        invariant = waiting.pop()
        began(len(offered), invariant)
        examples = profile.share(len(offered))
        return Job(invariant.id, examples, seed, SHARES * share, kept(invariant.id), database)

    found: dict[str, Verdict] = {}
    with interruptible():
        try:
            for _, verdict in sandbox.verdicts(next_job, limits or profile.limits()):
                found[verdict.invariant] = verdict
                ended(verdict)
            report.complete = True
        except UserInterrupt:
            pass
    for invariant in invariants:
        if invariant.id in found:
            report.verdicts.append(found[invariant.id])
        elif invariant.missing(sandbox):
            report.verdicts.append(not_offered(invariant))
    return report


SHARES = 2
"""Equal shares of the time that is left that one invariant may use."""


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


def chosen_profile(name: str) -> Profile:
    """The profile of this name, or ``UsageError``."""
    if name not in PROFILES:
        raise UsageError(f"unknown profile {name!r}: choose one of {', '.join(PROFILES)}")
    return PROFILES[name]
