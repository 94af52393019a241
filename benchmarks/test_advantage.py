"""Advantage estimation on one thread: ours, stable-baselines3's buffer, a NumPy loop, and the memory's own speed.

Inputs are float32 [T, N] with random episode ends (p = 0.01). In each round every contender runs in turn, so
that a noisy machine disturbs all alike; one call goes untimed before each turn, so that nobody pays for the caches
that the one before left behind. Figures are medians over the rounds, of times and of ratios within a
round. Times are CPU time of the one thread, which on an idle machine is the time on the wall; the load average is
printed, as other work on the machine takes caches and memory away. Contenders:

- `call`: `policyproof.fast.generalized_advantage_estimation`, tensors in, new tensor out;
- `into`: the same with `out=`, which spares the pages of a new tensor and adds the checks of that argument;
- `kernel`: its compiled kernel alone, on an output that is there;
- `probe`: a compiled loop that reads the same bytes and writes as many to an output that is there,
  out = r + v + v' + e + u: about the least time that any estimator needs. probe ÷ ours is a share of that;
- `loop`: the recurrence in NumPy, a loop over steps, vectorised over environments;
- `sb3`: `RolloutBuffer.compute_returns_and_advantage` on a buffer that is filled; it writes returns as well.

    policyproof bench advantage --json reports/benchmarks/advantage-cpu.json
"""

import os
from collections.abc import Callable, Iterator
from time import thread_time
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Discrete
from numba import njit
from numpy.typing import NDArray
from policyproof.fast import generalized_advantage_estimation
from policyproof.fast.advantage_kernel import sweep32
from stable_baselines3.common.buffers import RolloutBuffer

GAMMA, LAM = 0.99, 0.95
ROUNDS = 101
SECONDS_A_TURN = 0.001
SLOW = {"loop": 3}
"""Rounds for a contender whose single call takes more than a second."""

Row = dict[str, Any]
Contenders = dict[str, Callable[[], object]]
_rows: list[Row] = []
_compiled: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(nogil=True)


@_compiled
def _probe(r: Any, v: Any, w: Any, e: Any, u: Any, out: Any) -> None:
    for i in range(out.size):
        out[i] = r[i] + v[i] + w[i] + e[i] + u[i]


def _loop(r: Any, v: Any, w: Any, e: Any, u: Any) -> NDArray[np.float32]:
    out = np.empty_like(r)
    later = np.zeros(r.shape[1], np.float32)
    gamma, decay = np.float32(GAMMA), np.float32(GAMMA) * np.float32(LAM)
    bootstraps, goes_on = (~e).astype(np.float32), (~(e | u)).astype(np.float32)
    for t in reversed(range(len(r))):
        later = r[t] + gamma * bootstraps[t] * w[t] - v[t] + decay * goes_on[t] * later
        out[t] = later
    return out


def _buffer(T: int, N: int, inputs: list[Any]) -> Callable[[], None]:
    buffer = RolloutBuffer(T, Box(-1, 1, (1,)), Discrete(2), "cpu", gae_lambda=LAM, gamma=GAMMA, n_envs=N)
    buffer.rewards[:], buffer.values[:] = inputs[0], inputs[1]
    buffer.episode_starts[1:] = (inputs[3] | inputs[4])[:-1]
    last_values, dones = torch.from_numpy(inputs[2][-1]), inputs[3][-1] | inputs[4][-1]
    return lambda: buffer.compute_returns_and_advantage(last_values, dones)


def _contenders(T: int, N: int) -> Contenders:
    draw = np.random.default_rng(0)
    reals = [draw.standard_normal((T, N), np.float32) for _ in range(3)]
    ends = draw.random((T, N)) < 0.01
    terminated = ends & (draw.random((T, N)) < 0.5)
    inputs = [*reals, terminated, ends & ~terminated]
    tensors = [torch.from_numpy(array) for array in inputs]
    out = np.empty((T, N), np.float32)
    flat = [array.view(np.uint8 if array.dtype == bool else array.dtype).reshape(-1) for array in [*inputs, out]]
    result = torch.from_numpy(out)
    addresses = [array.ctypes.data for array in [*inputs, out]]
    contenders: Contenders = {
        "call": lambda: generalized_advantage_estimation(*tensors, gamma=GAMMA, lam=LAM),
        "into": lambda: generalized_advantage_estimation(*tensors, gamma=GAMMA, lam=LAM, out=result),
        "kernel": lambda: sweep32(*addresses, N, N, N, N, N, N, T, N, GAMMA, LAM),
        "probe": lambda: _probe(*flat),
        "loop": lambda: _loop(*inputs),
    }
    if T < 100_000:
        contenders["sb3"] = _buffer(T, N, inputs)
    return contenders


def _seconds(function: Callable[[], object], calls: int) -> float:
    start = thread_time()
    for _ in range(calls):
        function()
    return (thread_time() - start) / calls


def _measure(contenders: Contenders) -> dict[str, NDArray[np.float64]]:
    """Seconds a call, one entry a round."""
    calls, rounds = {}, {}
    for name, function in contenders.items():
        function()
        once = _seconds(function, 1)
        calls[name] = max(1, round(SECONDS_A_TURN / once))
        rounds[name] = SLOW.get(name, ROUNDS) if once > 1 else ROUNDS
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for i in range(ROUNDS):
        for name, function in contenders.items():
            if i < rounds[name]:
                function()
                times[name].append(_seconds(function, calls[name]))
    return {name: np.array(entries) for name, entries in times.items()}


def _row(T: int, N: int, times: dict[str, NDArray[np.float64]]) -> Row:
    def ratio(numerator: str, denominator: str) -> float | None:
        if numerator not in times:
            return None
        rounds = min(len(times[numerator]), len(times[denominator]))
        return float(f"{np.median(times[numerator][:rounds] / times[denominator][:rounds]):.3g}")

    return {
        "T": T,
        "N": N,
        "microseconds": {name: float(f"{np.median(entries) * 1e6:.3g}") for name, entries in times.items()},
        "load_average": float(f"{os.getloadavg()[0]:.2g}"),
        "sb3_to_call": ratio("sb3", "call"),
        "sb3_to_into": ratio("sb3", "into"),
        "loop_to_call": ratio("loop", "call"),
        "probe_to_call": ratio("probe", "call"),
        "probe_to_into": ratio("probe", "into"),
        "probe_to_kernel": ratio("probe", "kernel"),
    }


def _table(rows: list[Row]) -> str:
    ratios = {
        "sb3 ÷ call": "sb3_to_call",
        "sb3 ÷ into": "sb3_to_into",
        "loop ÷ call": "loop_to_call",
        "probe ÷ call": "probe_to_call",
        "probe ÷ into": "probe_to_into",
        "probe ÷ kernel": "probe_to_kernel",
    }
    lines = [f"{'T × N':>14} {'call µs':>9} {'load':>6}" + "".join(f"{title:>16}" for title in ratios)]
    for row in rows:
        entries = ("–" if row[key] is None else f"{row[key]:g}" for key in ratios.values())
        shape = f"{row['T']} × {row['N']}"
        start = f"{shape:>14} {row['microseconds']['call']:>9g} {row['load_average']:>6g}"
        lines.append(start + "".join(f"{entry:>16}" for entry in entries))
    return "\n".join(lines)


@pytest.fixture(scope="module", autouse=True)
def _one_thread_and_a_table(request: pytest.FixtureRequest) -> Iterator[None]:
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(count)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    if _rows and capture:
        with capture.global_and_fixture_disabled():
            print(f"\n\nAdvantage estimation, float32, one thread, medians of {ROUNDS} rounds\n{_table(_rows)}\n")


@pytest.mark.parametrize(("T", "N"), [(128, 8), (2048, 64), (1000, 1024), (128, 8192), (1_000_000, 1)])
def test_advantage(benchmark: Any, T: int, N: int) -> None:
    """One shape; the plugin's own table shows `call` alone, measured once more at the end."""
    contenders = _contenders(T, N)
    times = _measure(contenders)
    row = _row(T, N, times)
    _rows.append(row)
    benchmark.extra_info.update(row)
    calls = max(1, round(SECONDS_A_TURN / float(np.median(times["call"]))))
    benchmark.pedantic(contenders["call"], rounds=ROUNDS, iterations=calls)
