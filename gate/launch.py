"""How a worker process comes into being, and how one learns what became of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from .channel import Channel, Closed, Listener
from .errors import UsageError
from .target import Target
from .worker import serve

__all__ = ["OPENING", "Forked", "Launcher", "Spawned", "how", "spawned"]

OPENING = 300.0
"""Seconds that importing and constructing a target may take."""


class Launcher(Protocol):
    """Starts sessions."""

    def start(self, number: int) -> None:
        """Start one, which will connect to its socket."""

    def status(self, pid: int) -> int:
        """Wait for its end: the exit status, negative for a signal."""


class Forked:
    """Sessions are forked from this process, for an object that only this process has."""

    def __init__(self, folder: Path, target: Target) -> None:
        self._folder, self._target = folder, target

    def start(self, number: int) -> None:
        """Fork a session."""
        pid = os.fork()
        if not pid:
            try:
                os.setsid()
                if (torch := sys.modules.get("torch")) is not None:
                    torch.set_num_threads(1)  # the others were not forked, and would be waited for
                serve(self._folder, number, self._target)
            finally:
                os._exit(1)

    def status(self, pid: int) -> int:
        """Wait for its end: the exit status, negative for a signal."""
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@dataclass
class Spawned:
    """Sessions come from a process that has opened the target by name; ``opened`` is what it said of it."""

    folder: Path
    opened: dict[str, Any]
    host: Channel
    spawn: Callable[..., subprocess.Popen[bytes]]

    def __post_init__(self) -> None:
        """Nothing runs yet that serves a session by itself."""
        self._alone: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def start(self, number: int) -> None:
        """Have the host fork a session, or spawn a process that opens the target anew where forking would not do."""
        if self.opened["forks"]:
            self._told({"fork": number})
        else:
            process = self.spawn(self.opened["name"], str(number))
            self._alone[process.pid] = process

    def status(self, pid: int) -> int:
        """Wait for its end: the exit status, negative for a signal."""
        if pid in self._alone:
            return self._alone.pop(pid).wait()
        return int(self._told({"wait": pid})["status"])

    def _told(self, order: dict[str, int]) -> dict[str, Any]:
        with self._lock:
            self.host.send(order)
            return self.host.receive() or {}


@contextmanager
def spawned(name: str, folder: Path) -> Iterator[Spawned]:
    """Have a process of its own import and construct a target.

    Raises
    ------
    UsageError: the target is unknown, does not import or construct, crashes or hangs doing so, or offers nothing.
    """
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    environment = {"OMP_NUM_THREADS": "1"} | os.environ | {"PYTHONPATH": path}

    def spawn(target: str, *session: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", f"{__package__}.worker", str(folder), target, *session]
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    listener = Listener(folder / "host.socket")
    process, channel = spawn(name), None
    try:
        while channel is None and process.poll() is None:
            channel = listener.accept(0.2)
        try:
            said = channel.receive(OPENING) if channel else {}
        except Closed:
            said = {}
        if said is None:
            raise UsageError(f"opening {name} took longer than {OPENING:g} s: it hangs when imported or constructed")
        if not said:
            raise UsageError(f"opening {name} ended the process that did it: {how(process.wait())}")
        if "refused" in said:
            raise UsageError(said["refused"])
        assert channel is not None
        yield Spawned(folder, said, channel, spawn)
    finally:
        listener.close()
        if channel is not None:
            channel.close()
        try:
            process.wait(5 if channel is not None else 0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def how(status: int) -> str:
    """How a process ended, in words."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
