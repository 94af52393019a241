"""Generalised advantage estimation on a GPU: two Triton kernels.

    x_t = δ_t + c_t x_{t+1},    δ_t = r_t + γ [not terminated_t] v'_t − v_t,    c_t = γλ [neither flag at t]

- `columns_kernel`: a program owns a block of columns and walks backwards in time with x in registers. Reads and
  writes are coalesced, each input byte is read once. For so many columns that they alone fill the device.
- `scan_kernel`: a program owns a few columns and takes many steps at once: the maps x ↦ δ + c·x are composed by
  `tl.associative_scan` over a chunk of steps, and x is carried from chunk to chunk. For few columns and many steps.

Neither copies an input: strides are arguments. Nor does either divide by a power of γλ, or multiply by zero what
a flag cuts off: it is deselected, so NaN and huge values stay in their episode.

These kernels have been compiled for NVIDIA's compute capability 9.0, and run in Triton's interpreter
(`TRITON_INTERPRET=1`) on a CPU; no GPU has run them. Their speed is not known, and the block sizes are not tuned.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from math import log2

import numpy as np
import torch
import triton  # type: ignore[import-untyped]  # ships no types
import triton.language as tl  # type: ignore[import-untyped]
from torch import Tensor

__all__ = ["chunk", "launch"]

MANY_COLUMNS = 1 << 16
COLUMNS_A_BLOCK = 128
CELLS_A_CHUNK = 2048
LARGEST_EXPONENT = {torch.float32: 120, torch.float64: 1000}
"""A chunk is so short that (γλ)^steps ≥ 2^−this: a power of γλ that underflows has lost its accuracy."""


@triton.jit  # type: ignore[untyped-decorator]
def _whole(parts: tl.tuple, like: tl.tensor) -> tl.tensor:
    """The scalar that is the sum of three float32 parts, in the dtype of the tensors: Triton passes no float64."""
    kind: tl.constexpr = like.dtype.element_ty
    return tl.full([1], parts[0], kind) + tl.full([1], parts[1], kind) + tl.full([1], parts[2], kind)


@triton.jit  # type: ignore[untyped-decorator]
def _read(
    inputs: tl.tuple, rows: tl.tuple, columns: tl.tuple,
    t: tl.tensor, n: tl.tensor, inside: tl.tensor, gamma: tl.tensor,
) -> tl.tuple:  # fmt: skip
    """δ at the cells (t, n), and whether x_{t+1} counts there."""
    reward = tl.load(inputs[0] + t * rows[0] + n * columns[0], mask=inside, other=0.0)
    value = tl.load(inputs[1] + t * rows[1] + n * columns[1], mask=inside, other=0.0)
    next_value = tl.load(inputs[2] + t * rows[2] + n * columns[2], mask=inside, other=0.0)
    ended = tl.load(inputs[3] + t * rows[3] + n * columns[3], mask=inside, other=1) != 0
    cut = tl.load(inputs[4] + t * rows[4] + n * columns[4], mask=inside, other=1) != 0
    return reward + tl.where(ended, 0.0, gamma * next_value) - value, (ended | cut) == 0


@triton.jit  # type: ignore[untyped-decorator]
def columns_kernel(
    inputs: tl.tuple, out: tl.tensor, rows: tl.tuple, columns: tl.tuple,
    T: tl.tensor, N: tl.tensor, gamma: tl.tuple, decay: tl.tuple, COLUMNS: tl.constexpr,
) -> None:  # fmt: skip
    """COLUMNS columns, one step after the other."""
    g, c = _whole(gamma, out), _whole(decay, out)
    n = tl.program_id(0).to(tl.int64) * COLUMNS + tl.arange(0, COLUMNS)
    inside = n < N
    x = tl.zeros([COLUMNS], out.dtype.element_ty)
    for back in range(T):
        t = (T - 1 - back).to(tl.int64)
        delta, goes_on = _read(inputs, rows, columns, t, n, inside, g)
        x = delta + tl.where(goes_on, c * x, 0.0)
        tl.store(out + t * rows[5] + n * columns[5], x, mask=inside)


@triton.jit  # type: ignore[untyped-decorator]
def _then(c_first: tl.tensor, x_first: tl.tensor, c_second: tl.tensor, x_second: tl.tensor) -> tl.tuple:
    """The map x ↦ x_first + c_first·x, followed by the second one, of an earlier step."""
    return c_second * c_first, tl.where(c_second == 0.0, x_second, x_second + c_second * x_first)


@triton.jit  # type: ignore[untyped-decorator]
def scan_kernel(
    inputs: tl.tuple, out: tl.tensor, rows: tl.tuple, columns: tl.tuple,
    T: tl.tensor, N: tl.tensor, gamma: tl.tuple, decay: tl.tuple, STEPS: tl.constexpr, COLUMNS: tl.constexpr,
) -> None:  # fmt: skip
    """COLUMNS columns, STEPS steps at a time; row i of a chunk is i steps before its last one."""
    g, c = _whole(gamma, out), _whole(decay, out)
    n = tl.program_id(0).to(tl.int64) * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    back = tl.arange(0, STEPS)[:, None]
    x_later = tl.zeros([1, COLUMNS], out.dtype.element_ty)
    for done in range(0, T, STEPS):
        t = (T - 1 - done - back).to(tl.int64)
        inside = (t >= 0) & (n < N)
        delta, goes_on = _read(inputs, rows, columns, t, n, inside, g)
        factor, x = tl.associative_scan((tl.where(goes_on, c, 0.0), delta), 0, _then)
        x = tl.where(factor == 0.0, x, x + factor * x_later)
        tl.store(out + t * rows[5] + n * columns[5], x, mask=inside)
        x_later = tl.sum(tl.where(back == STEPS - 1, x, 0.0), axis=0, keep_dims=True)


def launch(inputs: Sequence[Tensor], out: Tensor, gamma: float, decay: float) -> None:
    """Write the advantages of the five [T, N] inputs, on one device, to `out`; `decay` is γλ. Nothing is checked.

    Multiplications and additions are not fused: Triton's default for that changes between versions.
    """
    rewards, values, next_values, terminated, truncated = inputs
    tensors = (rewards, values, next_values, terminated.view(torch.uint8), truncated.view(torch.uint8))
    rows, columns = zip(*(tensor.stride() for tensor in (*tensors, out)), strict=True)
    T, N = out.shape
    steps, block = chunk(T, N, decay, out.dtype)
    arguments = (tensors, out, rows, columns, T, N, _parts(gamma), _parts(decay))
    grid = (triton.cdiv(N, block),)
    with torch.cuda.device(out.device) if out.is_cuda else nullcontext():
        if steps == 1:
            columns_kernel[grid](*arguments, COLUMNS=block, enable_fp_fusion=False)
        else:
            scan_kernel[grid](*arguments, STEPS=steps, COLUMNS=block, enable_fp_fusion=False)


def chunk(T: int, N: int, decay: float, dtype: torch.dtype) -> tuple[int, int]:
    """Steps and columns that a program takes at a time; one step at a time is `columns_kernel`'s way.

    Powers of two. (γλ)^steps does not underflow: decay ≥ 2^−(LARGEST_EXPONENT / steps).
    """
    if N >= MANY_COLUMNS or decay == 0.0:
        return 1, COLUMNS_A_BLOCK
    columns = min(triton.next_power_of_2(N), 32)
    steps = min(CELLS_A_CHUNK // columns, triton.next_power_of_2(T))
    while steps > 1 and -log2(decay) * steps > LARGEST_EXPONENT[dtype]:
        steps //= 2
    return (steps, columns) if steps >= 16 else (1, COLUMNS_A_BLOCK)


def _parts(scalar: float) -> tuple[float, float, float]:
    """Three float32 numbers whose sum is `scalar`, exactly."""
    high = float(np.float32(scalar))
    middle = float(np.float32(scalar - high))
    return high, middle, scalar - high - middle
