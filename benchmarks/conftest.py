"""What the machine can do while a benchmark runs: two probes on one thread, just before it and just after.

`copy` moves 32 MiB from one array into another, `matmul` is a product of two 512 × 512 float32 matrices. Their medians
go into the benchmark's `extra_info["probes"]`, in microseconds, so that every figure has a distance to the machine's
ceiling, and runs on other machines or beside other work can be compared by ratios. `side_by_side` measures contenders
in turn, and says so in `extra_info` as `policyproof bench` reads it.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from statistics import median, quantiles
from time import thread_time
from typing import Any

import numpy as np
import pytest
import torch

REPEATS = 9
ROUNDS = 51
SECONDS_A_TURN = 0.001
Contenders = Mapping[str, Callable[[], object]]


def _seconds(function: Callable[[], object]) -> list[float]:
    function()
    times = []
    for _ in range(REPEATS):
        start = thread_time()
        function()
        times.append(thread_time() - start)
    return times


def _probes() -> dict[str, Callable[[], object]]:
    source, goal = np.zeros(2**25, np.uint8), np.ones(2**25, np.uint8)
    left = torch.ones(512, 512)
    return {"copy": lambda: np.copyto(goal, source), "matmul": lambda: left @ left}


@pytest.fixture(autouse=True)
def _probed(request: pytest.FixtureRequest) -> Iterator[None]:
    benchmark: Any = request.getfixturevalue("benchmark") if "benchmark" in request.fixturenames else None
    if benchmark is None or benchmark.disabled:
        yield
        return
    probes, threads = _probes(), torch.get_num_threads()
    torch.set_num_threads(1)
    before = {name: _seconds(probe) for name, probe in probes.items()}
    torch.set_num_threads(threads)
    yield
    torch.set_num_threads(1)
    both = {name: before[name] + _seconds(probe) for name, probe in probes.items()}
    torch.set_num_threads(threads)
    benchmark.extra_info["probes"] = {name: float(f"{median(times) * 1e6:.4g}") for name, times in both.items()}


@pytest.fixture
def side_by_side(benchmark: Any) -> Callable[[Contenders], None]:
    """A function that measures contenders, the first of them once more for the plugin's own table.

    In each round every contender runs in turn for about a millisecond, after one call that is not timed; figures are
    medians and quartiles over the rounds, of CPU time of the one thread, and ratios to the first within a round.
    """

    def measure(contenders: Contenders) -> None:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        calls = {name: max(1, round(SECONDS_A_TURN / max(min(_seconds(f)), 1e-9))) for name, f in contenders.items()}
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, function in contenders.items():
                function()
                start = thread_time()
                for _ in range(calls[name]):
                    function()
                times[name].append((thread_time() - start) / calls[name])
        torch.set_num_threads(threads)
        first = next(iter(contenders))
        for name, own in times.items():
            low, middle, high = (float(f"{part * 1e6:.4g}") for part in quantiles(own, n=4))
            benchmark.extra_info.setdefault("microseconds", {})[name] = middle
            benchmark.extra_info.setdefault("quartiles", {})[name] = [low, high]
            if name != first:
                ratio = median(a / b for a, b in zip(own, times[first], strict=True))
                benchmark.extra_info[f"{name}_to_{first}"] = float(f"{ratio:.3g}")
        benchmark.extra_info["load_average"] = float(f"{os.getloadavg()[0]:.2g}")
        benchmark.pedantic(contenders[first], rounds=ROUNDS, iterations=calls[first])

    return measure
