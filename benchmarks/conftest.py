"""Contenders measured in turn, each in a process of its own, with two probes of the machine beside them.

pytest-benchmark drives the rounds. In each of them every contender takes a turn, and so do the probes, so that a noisy
machine disturbs all alike. Its table shows the first contender. All of them go into the benchmark's `extra_info`, which
`policyproof bench` reads: medians and quartiles over the rounds, and ratios to the first within a round.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from types import TracebackType
from typing import Any, Self

import pytest

HERE = Path(__file__).parent
PROBES = {"copy": 2 * 2**25, "matmul": 2 * 512**3}
"""Bytes read and written, and floating-point operations, of a call of each function of `probes.py`."""
ROUNDS, REPEATS = 51, 9
SECONDS_A_TURN = 0.001
LONG, SELDOM = 1.0, 20
BUSY = 1.5
"""A load average above which other work runs beside a benchmark."""
THREADS = "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"

Contender = Callable[..., Iterator[Callable[[], object]]]
_told = [0.0]


def _clock() -> float:
    """The seconds that first contenders have told so far: what the plugin reads in place of a clock."""
    return _told[0]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Time is kept where the contenders run."""
    item.add_marker(pytest.mark.benchmark(timer=_clock))


class _Worker:
    """A process in which some functions of a file wait for their turns; see `worker.py`.

    With more than one thread, what counts is not CPU time but time on the wall, which other work must not take.
    """

    def __init__(self, file: Path, names: Sequence[str], sizes: Mapping[str, Any], threads: int) -> None:
        self._threads = threads
        self._about = f"{', '.join(names)} of {file.name}"
        environment = {**os.environ, **dict.fromkeys(THREADS, str(threads))}
        self._process = subprocess.Popen(
            (sys.executable, str(HERE / "worker.py"), str(file), json.dumps(sizes), *names),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind:
            self._process.kill()
        self._process.__exit__(kind, error, at)

    def ask(self, *question: Any) -> Any:
        assert self._process.stdin
        print(json.dumps(question), file=self._process.stdin, flush=True)
        return self.answer()

    def seconds(self, name: str, warm: int, calls: int) -> float:
        cpu, wall, ahead = self.ask("turn", name, warm, calls)
        if self._threads == 1:
            return float(cpu)
        if not ahead and (load := os.getloadavg()[0]) > BUSY:
            pytest.skip(f"load average {load:.2g}: times on the wall would be those of other work; run it as root")
        return float(wall)

    def answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise ChildProcessError(f"{self._about}: the process ended with status {self._process.wait()}")
        return json.loads(line)


class _Turns:
    """The turns of one contender: `calls` of them, or as many as take about a millisecond after one that is not timed.

    One that takes more than `LONG` seconds has its turn in one round of `SELDOM`; the first contender is never so slow.
    """

    def __init__(self, name: str, worker: _Worker, calls: int | None) -> None:
        self._name, self._worker = name, worker
        self.seconds: dict[int, float] = {}
        self._warm, self._calls, self._every = 0, calls or 1, 1
        if calls is None:
            if self._turn() > LONG:
                self._every = SELDOM
            else:
                self._warm = 1
                self._calls = max(1, round(SECONDS_A_TURN / min(self._turn() for _ in range(REPEATS))))

    def _turn(self) -> float:
        return self._worker.seconds(self._name, self._warm, self._calls)

    def take(self, number: int) -> float:
        """The seconds of a call in a round."""
        if number % self._every == 0:
            self.seconds[number] = self._turn()
        return self.seconds.get(number, 0.0)

    def answer(self) -> Any:
        """What the last call returned."""
        return self._worker.ask("answer", self._name)


def _microseconds(seconds: float, per: int) -> float:
    return float(f"{seconds / per * 1e6:.4g}")


def _ceiling(work: Mapping[str, float], parts: Mapping[str, Sequence[float]]) -> float:
    """Seconds that a call's work takes at least: as many bytes copied, or operations of a matrix product."""
    return max(amount / PROBES[name] * parts[name][1] for name, amount in work.items())


def _figures(
    contenders: Mapping[str, _Turns], probes: Mapping[str, _Turns], work: Mapping[str, float], per: int
) -> dict[str, Any]:
    """Medians, quartiles, ratios to the first contender, and the ceiling, per the number of things that a call does."""
    parts = {name: quantiles(turns.seconds.values(), n=4) for name, turns in {**contenders, **probes}.items()}
    first, *others = contenders
    base = contenders[first].seconds
    ratios = {
        f"{name}_to_{first}": median(time / base[i] for i, time in contenders[name].seconds.items()) for name in others
    }
    return {
        **{name: float(f"{ratio:.3g}") for name, ratio in ratios.items()},
        "microseconds": {name: _microseconds(parts[name][1], per) for name in contenders},
        "quartiles": {name: [_microseconds(parts[name][i], per) for i in (0, 2)] for name in contenders},
        "probes": {name: _microseconds(parts[name][1], 1) for name in probes},
        **({"ceiling": _microseconds(_ceiling(work, parts), per)} if work else {}),
        "load_average": float(f"{os.getloadavg()[0]:.2g}"),
    }


@pytest.fixture
def interleaved(request: pytest.FixtureRequest, benchmark: Any) -> Iterator[Callable[..., Callable[[str], Any]]]:
    """A function that measures functions of the test's file in turn, and returns what finds each one's last result.

    `contenders` are described in `worker.py`; `sizes` are their keywords. They take `calls` calls a turn (None: about a
    millisecond's worth, after one that is not timed); a figure is the time of a call ÷ `per`. `work` is what a call has
    to do at least, in the unit of each probe, for each thread: bytes to `copy`, operations in float32 to `matmul`.
    `together` puts all contenders into one process. They may use as many `threads`; with more than one, times are those
    on the wall, ahead of other work.
    """
    with ExitStack() as stack:

        def turns(
            file: Path, names: Sequence[str], sizes: Mapping[str, Any], calls: int | None, threads: int = 1
        ) -> dict[str, _Turns]:
            worker = stack.enter_context(_Worker(file, names, sizes, threads))
            worker.answer()
            return {name: _Turns(name, worker, calls) for name in names}

        def measure(
            contenders: Sequence[Contender],
            sizes: Mapping[str, Any],
            *,
            work: Mapping[str, float] | None = None,
            calls: int | None = None,
            rounds: int = ROUNDS,
            per: int = 1,
            together: bool = False,
            threads: int = 1,
        ) -> Callable[[str], Any]:
            names = [contender.__name__ for contender in contenders]
            judged: dict[str, _Turns] = {}
            probes: dict[str, _Turns] = {}
            for group in [names] if together else [[name] for name in names]:
                judged |= turns(request.path, group, sizes, calls, threads)
            for name in PROBES:
                probes |= turns(HERE / "probes.py", [name], {}, None)
            first, *others = (*judged.values(), *probes.values())
            numbers = count()

            def the_others() -> tuple[tuple[int], dict[str, Any]]:
                number = next(numbers)
                for one in others:
                    one.take(number)
                return (number,), {}

            def the_first(number: int) -> None:
                _told[0] += first.take(number)

            benchmark.pedantic(the_first, setup=the_others, rounds=rounds)
            if not benchmark.disabled:
                processes = "one process" if together else "a process each"
                clock = "CPU times of one thread" if threads == 1 else f"times on the wall with {threads} threads"
                how = {"processes": processes, "clock": clock}
                benchmark.extra_info |= {"sizes": sizes, **how, **_figures(judged, probes, work or {}, per)}
            return lambda name: judged[name].answer()

        yield measure
