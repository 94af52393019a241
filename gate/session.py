"""The gate's side of one worker: ask, watch, and end it when it hangs or grows."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from .channel import Closed, Listener
from .launch import OPENING, Launcher, how
from .tape import Tape
from .worker import Paths

__all__ = ["Limits", "Lost", "Session"]

LARGEST_OUTPUT = 64 * 2**20
"""Bytes printed on one case, after which a worker that does not come back is ended."""
SILENCE = 600.0
"""Seconds without an attempt, after which something must have gone wrong in the gate's own code."""


PATIENCE = 8
"""Time limits that go by on a machine that has no core to spare, until nothing more is waited for."""


@dataclass(frozen=True)
class Limits:
    """Seconds that a case may take, and the first one in a worker, which may compile; bytes it may add to memory.

    Time for which the machine had no core for the process does not count.
    """

    seconds: float
    first: float
    memory: int = 2**31


class Lost(Exception):  # noqa: N818 - it is a finding about the implementation
    """The worker died or had to be ended. ``outcomes`` are those of the attempts before the one that did it."""

    def __init__(self, status: str, message: str, outcomes: bytes) -> None:
        super().__init__(message)
        self.status, self.message, self.outcomes = status, message, outcomes


class Session:
    """A worker process, from its start to its end."""

    def __init__(self, folder: Path, number: int, launcher: Launcher) -> None:
        paths = Paths(folder, number)
        self._launcher, self._output, self._tape = launcher, paths.output, Tape(paths.tape)
        self.warm: set[str] = set()
        self._closed = False
        listener = Listener(paths.socket)
        launcher.start(number)
        channel = listener.accept(OPENING)
        listener.close()
        if channel is None:
            raise Lost("crashed", "its process did not start", b"")
        self._channel = channel
        self.pid = int((channel.receive() or {})["pid"])

    def ask(self, question: dict[str, Any], limits: Limits) -> dict[str, Any]:
        """Put a question and wait for the answer, as long as each attempt on the way stays within the limits.

        Raises
        ------
        Lost: the worker died, or was ended because it went beyond a limit.
        """
        self._tape.rewind()
        memory = self._memory()
        try:
            self._channel.send(question)
        except Closed:
            raise self._dead() from None
        return self.answer(limits, memory)

    def answer(self, limits: Limits, memory: int | None = None) -> dict[str, Any]:
        """Wait for the next answer, within the limits; ``memory`` is what the process held before."""
        before = self._memory() if memory is None else memory
        count, seen, starved = 0, monotonic(), self._starved()
        while True:
            try:
                said = self._channel.receive(0.05)
            except Closed:
                raise self._dead() from None
            if said is not None:
                return said
            now = monotonic()
            if self._tape.count != count:
                count, seen, starved = self._tape.count, now, self._starved()
            limit = limits.first if count <= 1 else limits.seconds
            spent = now - self._tape.started if self._tape.started else 0.0
            if spent > limit and (spent - (self._starved() - starved) > limit or spent > PATIENCE * limit):
                raise self._ended("timeout", f"it did not come back within {limit:g} s")
            if self._memory() - before > limits.memory:
                raise self._ended("crashed", f"its memory grew by more than {limits.memory / 2**30:g} GiB")
            if self._output.stat().st_size > LARGEST_OUTPUT:
                raise self._ended("error", f"it printed more than {LARGEST_OUTPUT // 2**20} MiB on one case")
            if now - seen > max(SILENCE, limits.first):
                raise self._ended("crashed", f"its process said nothing for {SILENCE:g} s")

    def close(self) -> None:
        """End the worker and whatever it started."""
        if self._closed:
            return
        self._closed = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(Closed, ChildProcessError, KeyError):
            self._launcher.status(self.pid)
        self._channel.close()

    def _ended(self, status: str, message: str) -> Lost:
        lost = Lost(status, message, self._tape.outcomes())
        self.close()
        return lost

    def _dead(self) -> Lost:
        if self._closed:
            return Lost("crashed", "it was ended with the run", b"")
        self._closed = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)  # what it started; of itself, only a zombie is left
        try:
            ended = how(self._launcher.status(self.pid))
        except (Closed, ChildProcessError, KeyError):
            ended = "its process is gone"
        self._channel.close()
        return Lost("crashed", f"the process ended: {ended}{self._where()}", self._tape.outcomes())

    def _where(self) -> str:
        """The innermost Python frame of a crash, as faulthandler wrote it."""
        with self._output.open("rb") as output:
            output.seek(max(0, self._output.stat().st_size - 2**16))
            text = output.read().decode(errors="replace")
        found = re.search(r"most recent call first\):\n\s+File \"(.+)\", line (\d+) in (\S+)", text)
        return f", at {found[1]}:{found[2]} in {found[3]}" if found else ""

    def _starved(self) -> float:
        """Seconds for which the process wanted to run and the machine had no core for it; 0 if that is not known."""
        try:
            return int(Path(f"/proc/{self.pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
        except (OSError, IndexError):
            return 0.0

    def _memory(self) -> int:
        """Bytes of memory that the process holds; 0 where the system does not say."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        except OSError:
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
