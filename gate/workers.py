"""Worker processes that judge an implementation, and what is said of one that dies."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .counterexample import decode_case, encode_case
from .job import Job, NextJob, invariant_of, not_offered
from .launch import Launcher
from .session import Limits, Lost, Session
from .verdict import Verdict

__all__ = ["Workers"]


@dataclass
class Workers:
    """The implementation runs in ``count`` worker processes; one that dies is replaced."""

    name: str
    described: dict[str, Any]
    offered: tuple[str, ...]
    folder: Path
    launcher: Launcher
    count: int

    def __post_init__(self) -> None:
        """No worker runs yet."""
        self.isolation = f"worker processes: {self.count}"
        self._numbers = iter(range(2**31))
        self._lock = threading.Lock()
        self._slowest: dict[str, float] = {}
        self._hung: set[str] = set()
        self._idle: list[Session] = []
        self._all: list[Session] = []

    def verdicts(self, next_job: NextJob, limits: Limits) -> Iterator[tuple[Job, Verdict]]:
        """Judge jobs, as many at a time as there are workers."""
        done: queue.Queue[tuple[Job, Verdict] | BaseException | None] = queue.Queue()
        stop, taking = threading.Event(), threading.Lock()

        def taken() -> Job | None:
            with taking:
                return None if stop.is_set() else next_job()

        def work() -> None:
            session: Session | None = None
            try:
                while (job := taken()) is not None:
                    session, verdict = self._judged(session or self._session(), job, limits)
                    done.put((job, verdict))
            except BaseException as error:
                done.put(error)
            finally:
                if session is not None:
                    self._idle.append(session)
                done.put(None)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(self.count)]
        for thread in threads:
            thread.start()
        try:
            left = len(threads)
            while left:
                match done.get():
                    case None:
                        left -= 1
                    case BaseException() as error:
                        raise error
                    case judged:
                        yield judged
        finally:
            stop.set()

    def close(self) -> None:
        """End all workers."""
        for session in self._all:
            session.close()

    def tried(self, invariant: str, case: dict[str, Any], limits: Limits) -> dict[str, Any]:
        """Try one encoded case in a worker."""
        session = self._session()
        answer = session.ask({"ask": "try", "invariant": invariant, "case": case, "only_if_right": False}, limits)
        self._idle.append(session)
        return answer

    def _session(self) -> Session:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            session = Session(self.folder, next(self._numbers), self.launcher)
            self._all.append(session)
            return session

    def _judged(
        self, session: Session, job: Job, limits: Limits, *, again: bool = False
    ) -> tuple[Session | None, Verdict]:
        """The verdict, and the session if it lives; judged again where a case that was ended does come back."""
        invariant = invariant_of(job.invariant)
        capability = invariant.capability
        limits = self._limits(session, capability, limits)
        try:
            answer = session.ask({"ask": "judge", "job": vars(job)}, limits)
        except Lost as lost:
            verdict = self._recovered(job, lost, limits)
            if lost.status == "timeout":
                if not again and self._comes_back(verdict, limits):
                    return self._judged(self._session(), job, limits, again=True)
                self._hung.add(capability)
            return None, verdict
        session.warm.add(capability)
        self._slowest[capability] = max(self._slowest.get(capability, 0.0), answer["slowest"])
        verdict = Verdict.from_fields(answer["verdict"])
        if answer["final"]:
            return session, verdict
        try:
            return session, Verdict.from_fields(session.answer(limits)["verdict"])
        except Lost:
            return None, verdict

    def _limits(self, session: Session, capability: str, limits: Limits) -> Limits:
        """The first case in a worker may compile; a capability that hung once is not waited for so long again."""
        if capability in self._hung:
            known = max(2.0, 4 * self._slowest.get(capability, 0.0))
            return replace(limits, seconds=min(limits.seconds, known), first=min(limits.first, known))
        return replace(limits, first=limits.seconds) if capability in session.warm else limits

    def _recovered(self, job: Job, lost: Lost, limits: Limits) -> Verdict:
        """The verdict on what ended a worker, with the case that did it."""
        verdict = replace(not_offered(invariant_of(job.invariant)), status=lost.status, message=lost.message)
        session = self._session()
        question = {"ask": "recover", "job": vars(replace(job, seconds=float("inf"))), "outcomes": lost.outcomes.hex()}
        try:
            answer = session.ask(question, limits)
        except Lost:
            return replace(verdict, message=f"{lost.message}; the case that did it could not be drawn again")
        self._idle.append(session)
        case = answer["document"]["case"]
        if lost.status == "crashed":
            case = self._smaller(job.invariant, case, answer["smaller"], limits)
        found = answer["document"] | {"case": case, "error": lost.message}
        return replace(verdict, examples=answer["examples"], instances=answer["instances"], counterexample=found)

    def _comes_back(self, verdict: Verdict, limits: Limits) -> bool:
        """Whether the case that was ended ends by itself in another worker: then the machine stalled, and not it."""
        if verdict.counterexample is None:
            return False
        patience = min(limits.seconds, SECOND_CHANCE)
        try:
            self.tried(
                verdict.invariant,
                verdict.counterexample["case"],
                replace(limits, seconds=patience, first=patience),
            )
        except Lost:
            return False
        return True

    def _smaller(self, invariant: str, case: Any, smaller: list[Any], limits: Limits) -> Any:
        """A smaller case that ends a worker too, found in at most ``CRASHES`` attempts."""
        waiting = deque(smaller)
        for _ in range(CRASHES):
            if not waiting:
                break
            candidate, session = waiting.popleft(), self._session()
            question = {"ask": "try", "invariant": invariant, "case": candidate, "only_if_right": True}
            try:
                session.ask(question, replace(limits, seconds=1.0, first=1.0))
                self._idle.append(session)
            except Lost as lost:
                if lost.status == "crashed":
                    case = candidate
                    waiting = deque(encode_case(smaller) for smaller in decode_case(case).reductions())
        return case


SECOND_CHANCE = 4.0
"""Seconds in which a case that was ended may show that it does come back."""
CRASHES = 24
"""Attempts at a smaller case of a crash, each of which may cost a worker."""
