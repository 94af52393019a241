"""Where implementations are judged: in worker processes, or in this one."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from .counterexample import decode_case
from .job import Job, NextJob, describe, diagnosed, invariant_of, tried, tried_once
from .launch import Forked, spawned
from .session import Limits
from .target import Target, opened
from .verdict import Verdict
from .workers import Workers

__all__ = ["InProcess", "Sandbox", "live_sandbox", "sandbox"]


class Sandbox(Protocol):
    """``name`` finds the implementation again; ``described`` is what a report says of it; ``offered`` its methods.

    ``isolation`` says in words where it runs.
    """

    name: str
    described: dict[str, Any]
    offered: tuple[str, ...]
    isolation: str

    def verdicts(self, next_job: NextJob, limits: Limits) -> Iterator[tuple[Job, Verdict]]:
        """Judge jobs until there are no more; verdicts come in the order in which they are done."""
        ...

    def tried(self, invariant: str, case: dict[str, Any], limits: Limits) -> dict[str, Any]:
        """Try one encoded case, and say what ``tried_once`` says; or raise ``Lost``."""
        ...


class InProcess:
    """The implementation runs here: what it does to the process, it does to the gate."""

    def __init__(self, target: Target, why: str) -> None:
        self.name, self.described, self.offered = target.name, describe(target.subject), target.subject.offered
        self.isolation, self._target = f"none: {why}", target

    def verdicts(self, next_job: NextJob, limits: Limits) -> Iterator[tuple[Job, Verdict]]:
        """Judge jobs one after the other; no limit can be held."""
        del limits
        while (job := next_job()) is not None:
            trial, verdict = tried(job, self._target)
            yield job, diagnosed(verdict, self._target, trial)

    def tried(self, invariant: str, case: dict[str, Any], limits: Limits) -> dict[str, Any]:
        """Try one encoded case; no limit can be held."""
        del limits
        return tried_once(invariant_of(invariant), decode_case(case), self._target)


@contextmanager
def sandbox(name: str, workers: int | None = None) -> Iterator[Sandbox]:
    """Open a target by name, in ``workers`` processes (None: one a core), or in this one for 0.

    Raises
    ------
    UsageError: nothing can be judged; see ``opened`` and ``spawned``.
    """
    if workers == 0 or not hasattr(os, "fork"):
        why = "asked for" if workers == 0 else "this system has no fork"
        with opened(name) as target:
            yield InProcess(target, why)
        return
    with tempfile.TemporaryDirectory(prefix="policyproof-") as folder, spawned(name, Path(folder)) as host:
        said = host.opened
        offered = tuple(said["offers"])
        found = Workers(said["name"], said["described"], offered, Path(folder), host, workers or _cores())
        try:
            yield found
        finally:
            found.close()


@contextmanager
def live_sandbox(target: Target, workers: int | None = None) -> Iterator[Sandbox]:
    """A sandbox for an object at hand: in forked processes where that is safe, else in this one."""
    why = "asked for" if workers == 0 else _why_no_fork(target)
    if why:
        yield InProcess(target, why)
        return
    with tempfile.TemporaryDirectory(prefix="policyproof-") as folder:
        said = (target.name, describe(target.subject), target.subject.offered)
        found = Workers(*said, Path(folder), Forked(Path(folder), target), workers or 1)
        try:
            yield found
        finally:
            found.close()


def _why_no_fork(target: Target) -> str:
    """What keeps this process from being forked; empty if nothing does."""
    if not hasattr(os, "fork"):
        return "this system has no fork"
    if target.subject.device != "cpu":
        return "a CUDA context does not survive a fork"
    if getattr(sys.modules.get("numba.np.ufunc.parallel"), "_is_initialized", False):
        return "the threads of numba do not survive a fork"
    return ""


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
