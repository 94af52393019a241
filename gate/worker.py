"""The process in which an implementation runs: ``python -m policyproof.gate.worker FOLDER TARGET``.

The host opens the target once and forks a session whenever it is told to, so that a session that died is replaced in
milliseconds. Where forking would not do (a CUDA device, no fork), each process serves one session itself.
"""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..invariants.oracle import oracle
from ..invariants.subject import Subject
from .attempt import attempt
from .channel import Channel, Closed
from .counterexample import decode_case, document, encode_case
from .draws import from_the_seed_alone
from .errors import UsageError
from .job import Job, describe, diagnosed, invariant_of, tried, tried_once
from .recorder import Playback, Recorder, WatchedSubject
from .tape import Tape
from .target import Target, opened

__all__ = ["Paths", "serve"]

HOUR = 3600.0


class Paths:
    """Where session ``number`` has its socket, its tape and its output."""

    def __init__(self, folder: Path, number: int) -> None:
        self.socket, self.tape, self.output = (folder / f"{number}.{kind}" for kind in ("socket", "tape", "output"))


def serve(folder: Path, number: int, target: Target) -> None:
    """Answer questions until the gate hangs up; never returns."""
    paths = Paths(folder, number)
    output = _redirected(paths.output)
    tape = Tape(paths.tape)
    recorder = Recorder(tape, output)
    with from_the_seed_alone():
        try:
            channel = Channel.to(paths.socket)
            channel.send({"pid": os.getpid()})
            while (question := channel.receive()) is not None:
                faulthandler.dump_traceback_later(HOUR, exit=True)  # in case the gate dies while this hangs
                _answer(channel, question, target, recorder)
        except (Closed, OSError):
            pass
    os._exit(0)  # threads that the implementation left behind would keep the interpreter from ending


def _answer(channel: Channel, question: dict[str, Any], target: Target, recorder: Recorder) -> None:
    if question["ask"] == "judge":
        job = Job(**question["job"])
        trial, verdict = tried(job, target, recorder.attempt)
        channel.send({"verdict": asdict(verdict), "slowest": recorder.slowest, "final": trial.status != "violated"})
        if trial.status == "violated":
            watched = replace(target, subject=WatchedSubject(target.subject.implementation, recorder))
            channel.send({"verdict": asdict(diagnosed(verdict, watched, trial))})
    elif question["ask"] == "recover":
        channel.send(_recovered(Job(**question["job"]), target, bytes.fromhex(question["outcomes"])))
    elif question["ask"] == "try":
        invariant, case = invariant_of(question["invariant"]), decode_case(question["case"])
        if question["only_if_right"] and attempt(invariant, Subject(oracle()), case).kind:
            channel.send({"refused": True})
            return
        channel.send(tried_once(invariant, case, target, recorder.attempt))


def _recovered(job: Job, target: Target, outcomes: bytes) -> dict[str, Any]:
    """The case that the attempt after these outcomes was about."""
    trial, _ = tried(job, target, Playback(outcomes).attempt)
    found = document(job.invariant, target.name, describe(target.subject), trial.case, None, "")
    return {
        "document": found,
        "smaller": _smaller(trial.case),
        "examples": trial.examples,
        "instances": trial.instances,
    }


def _smaller(case: Any) -> list[Any]:
    return [encode_case(smaller) for smaller in case.reductions()]


def _redirected(file: Path) -> int:
    """Send what is printed to a file, give nothing to read, and dump the stack there if the process crashes."""
    output = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, descriptor)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - it stays open as long as the process lives
    sys.stdout = open(1, "w", closefd=False, buffering=1)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
    faulthandler.enable(output)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return output


def host(folder: Path, name: str) -> None:
    """Open the target and say so; then fork each session that is asked for, until the gate hangs up."""
    channel = Channel.to(folder / "host.socket")
    _redirected(folder / "host.output")
    sessions: set[int] = set()
    try:
        with opened(name) as target:
            offers, forks = list(target.subject.offered), target.subject.device == "cpu"
            channel.send({"name": target.name, "described": describe(target.subject), "offers": offers, "forks": forks})
            while (order := channel.receive()) is not None:
                if "fork" in order:
                    pid = os.fork()
                    if not pid:
                        os.setsid()
                        serve(folder, order["fork"], target)
                    sessions.add(pid)
                    channel.send({"pid": pid})
                else:
                    sessions.discard(order["wait"])
                    channel.send({"status": os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])})
    except UsageError as error:
        channel.send({"refused": str(error)})
    except Closed:
        for pid in sessions:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    os._exit(0)


def alone(folder: Path, name: str, number: int) -> None:
    """Open the target and be one session."""
    with opened(name) as target:
        serve(folder, number, target)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        alone(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    host(Path(sys.argv[1]), sys.argv[2])
