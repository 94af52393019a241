"""What happens around each attempt inside a worker: it is put on the tape, and its output is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from ..invariants.invariant import Invariant
from ..invariants.subject import Subject
from .attempt import Attempt, CaseReached, attempt
from .tape import Tape

__all__ = ["LARGEST_OUTPUT", "Playback", "Recorder", "WatchedSubject"]

LARGEST_OUTPUT = 2**20
"""Bytes that an implementation may print while it is tried on one case."""


class Recorder:
    """Attempts that leave a trace; ``slowest`` is the longest time that one took."""

    def __init__(self, tape: Tape, output: int) -> None:
        self.slowest = 0.0
        self._tape, self._output, self._process = tape, output, os.getpid()
        self._kinds = [""]

    def attempt(self, invariant: Invariant, subject: Subject, case: Any) -> Attempt:
        """``attempt``, recorded; printing more than ``LARGEST_OUTPUT`` is an error of the implementation."""
        if self._tape.count == 0:
            self._kinds = [""]
        with self.under_way():
            began = monotonic()
            tried = attempt(invariant, subject, case)
            self.slowest = max(self.slowest, monotonic() - began)
            if printed := self._printed():
                if printed > LARGEST_OUTPUT:
                    tried = Attempt("error output", error=f"it printed more than {LARGEST_OUTPUT} bytes on one case")
                os.ftruncate(self._output, 0)
            if tried.kind not in self._kinds:
                self._kinds.append(tried.kind)
            self._outcome = min(self._kinds.index(tried.kind), 255)
        return tried

    def _printed(self) -> int:
        """Bytes; where the implementation has closed the file, the worker ends on the case that did it."""
        try:
            return os.fstat(self._output).st_size
        except OSError:
            os._exit(1)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """On the tape, something that calls the implementation is under way."""
        self._outcome = 0
        self._tape.begin()
        try:
            yield
        finally:
            if os.getpid() != self._process:
                os._exit(0)  # the implementation forked, and its child came back as if it were the worker
            self._tape.end(self._outcome)


class WatchedSubject(Subject):
    """An implementation each call of which is on the tape, for what is asked of it outside of attempts."""

    def __init__(self, implementation: object, recorder: Recorder) -> None:
        super().__init__(implementation)
        self._recorder = recorder

    def call_raw(self, capability: str, *arguments: Any, **keywords: Any) -> Any:
        """The same call."""
        with self._recorder.under_way():
            return super().call_raw(capability, *arguments, **keywords)


class Playback:
    """Attempts that come out as they are told to, until there is nothing left to tell."""

    def __init__(self, outcomes: bytes) -> None:
        self._outcomes = iter(outcomes)

    def attempt(self, _invariant: Invariant, _subject: Subject, case: Any) -> Attempt:
        """The next outcome; where there is none, ``CaseReached``."""
        outcome = next(self._outcomes, None)
        if outcome is None:
            raise CaseReached(case)
        return Attempt(f"played {outcome}" if outcome else "")
