"""Advantage estimation on one thread: ours, stable-baselines3's buffer, a NumPy loop, and the memory's own speed.

Inputs are float32 [T, N] with random episode ends (p = 0.01). All contenders of a shape run in one process, side by
side on the same arrays; one call goes untimed before each turn, so that nobody pays for the caches that the one before
left behind. Contenders:

- `call`: `policyproof.fast.generalized_advantage_estimation`, tensors in, new tensor out;
- `into`: the same with `out=`, which spares the pages of a new tensor and adds the checks of that argument;
- `kernel`: its compiled kernel alone, on an output that is there;
- `probe`: a compiled loop that reads the same bytes and writes as many to an output that is there,
  out = r + v + v' + e + u: about the least time that any estimator needs. probe ÷ ours is a share of that;
- `loop`: the recurrence in NumPy, a loop over steps, vectorised over environments;
- `sb3`: `RolloutBuffer.compute_returns_and_advantage` on a buffer that is filled; it writes returns as well.

    policyproof bench advantage --json reports/benchmarks/advantage-cpu.json
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

GAMMA, LAM = 0.99, 0.95

Functions = Iterator[Callable[[], object]]


@cache
def _inputs(T: int, N: int) -> tuple[NDArray[Any], ...]:
    """Rewards, values, next values, terminated, truncated."""
    draw = np.random.default_rng(0)
    reals = [draw.standard_normal((T, N), np.float32) for _ in range(3)]
    ends = draw.random((T, N)) < 0.01
    terminated = ends & (draw.random((T, N)) < 0.5)
    return *reals, terminated, ends & ~terminated


@cache
def _output(T: int, N: int) -> NDArray[np.float32]:
    return np.empty((T, N), np.float32)


def call(T: int, N: int) -> Functions:
    import torch
    from policyproof.fast import generalized_advantage_estimation

    inputs = [torch.from_numpy(array) for array in _inputs(T, N)]
    return repeat(lambda: generalized_advantage_estimation(*inputs, gamma=GAMMA, lam=LAM))


def into(T: int, N: int) -> Functions:
    import torch
    from policyproof.fast import generalized_advantage_estimation

    inputs, out = [torch.from_numpy(array) for array in _inputs(T, N)], torch.from_numpy(_output(T, N))
    return repeat(lambda: generalized_advantage_estimation(*inputs, gamma=GAMMA, lam=LAM, out=out))


def kernel(T: int, N: int) -> Functions:
    from policyproof.fast.advantage_kernel import sweep32

    arrays = *_inputs(T, N), _output(T, N)
    addresses = [array.ctypes.data for array in arrays]
    return repeat(lambda: sweep32(*addresses, N, N, N, N, N, N, T, N, GAMMA, LAM))


def probe(T: int, N: int) -> Functions:
    from numba import njit

    @njit(nogil=True)
    def sweep(r: Any, v: Any, w: Any, e: Any, u: Any, out: Any) -> None:
        for i in range(out.size):
            out[i] = r[i] + v[i] + w[i] + e[i] + u[i]

    arrays = *_inputs(T, N), _output(T, N)
    flat = [array.view(np.uint8 if array.dtype == bool else array.dtype).reshape(-1) for array in arrays]
    return repeat(lambda: sweep(*flat))


def loop(T: int, N: int) -> Functions:
    r, v, w, e, u = _inputs(T, N)

    def sweep() -> None:
        out = np.empty_like(r)
        later = np.zeros(N, np.float32)
        gamma, decay = np.float32(GAMMA), np.float32(GAMMA) * np.float32(LAM)
        bootstraps, goes_on = (~e).astype(np.float32), (~(e | u)).astype(np.float32)
        for t in reversed(range(T)):
            later = r[t] + gamma * bootstraps[t] * w[t] - v[t] + decay * goes_on[t] * later
            out[t] = later

    return repeat(sweep)


def sb3(T: int, N: int) -> Functions:
    import torch
    from gymnasium.spaces import Box, Discrete
    from stable_baselines3.common.buffers import RolloutBuffer

    rewards, values, next_values, terminated, truncated = _inputs(T, N)
    buffer = RolloutBuffer(T, Box(-1, 1, (1,)), Discrete(2), "cpu", gae_lambda=LAM, gamma=GAMMA, n_envs=N)
    buffer.rewards[:], buffer.values[:] = rewards, values
    ends = terminated | truncated
    buffer.episode_starts[1:] = ends[:-1]
    last_values = torch.from_numpy(next_values[-1])
    return repeat(lambda: buffer.compute_returns_and_advantage(last_values, ends[-1]))


@pytest.mark.parametrize(("T", "N"), [(128, 8), (2048, 64), (1000, 1024), (128, 8192), (1_000_000, 1)])
def test_advantage(interleaved: Callable[..., Callable[[str], Any]], T: int, N: int) -> None:
    contenders = [call, into, kernel, probe, loop, *([sb3] if T < 100_000 else [])]
    interleaved(contenders, {"T": T, "N": N}, work={"copy": (4 * 4 + 2) * T * N}, rounds=101, together=True)
