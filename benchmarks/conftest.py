"""What the machine can do while a benchmark runs: two probes on one thread, just before it and just after.

`copy` moves 32 MiB from one array into another, `matmul` is a product of two 512 × 512 float32 matrices. Their medians
go into the benchmark's `extra_info["probes"]`, in microseconds, so that every figure has a distance to the machine's
ceiling, and runs on other machines or beside other work can be compared by ratios.
"""

from collections.abc import Callable, Iterator
from statistics import median
from time import thread_time
from typing import Any

import numpy as np
import pytest
import torch

REPEATS = 9


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
