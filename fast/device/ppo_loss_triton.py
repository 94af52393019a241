"""PPO's loss and its gradient in one pass over the rows: a Triton kernel for each family of policies.

    L = −mean min(ρÂ, clip(ρ) Â) + c_V mean max((V − y)², (V_clipped − y)²) − c_H mean H

A program owns a block of rows. It reads what the networks said of them and what the batch remembers, each byte once,
and writes the gradient in the logits, or in μ and log σ, and in V; log-probabilities, ratios and entropies never leave
the registers. Of the statistics it writes the sums of its rows in float64, which are then added up in a fixed order:
the same bits each time, for there are no atomic additions. `ppo_loss` states the formulas, and is what these kernels
are tested against.

These kernels run in Triton's interpreter (`TRITON_INTERPRET=1`) on a CPU; no GPU has run them. Their speed is not
known, and the block size is not tuned.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
import triton  # type: ignore[import-untyped]  # ships no types
import triton.language as tl  # type: ignore[import-untyped]
from torch import Tensor

from ..distributions import CATEGORICAL, Family
from .ppo_loss import STATISTICS, Columns, Weights

__all__ = ["launch", "launch_policy_loss", "launch_value_loss"]

CELLS_A_BLOCK = 1024
_HALF_LOG_2PI: tl.constexpr = tl.constexpr(0.9189385332046727)
_LARGEST: tl.constexpr = tl.constexpr(3.4028234663852886e38)


@triton.jit  # type: ignore[untyped-decorator]
def _policy_term(
    log_prob: tl.tensor, row: tl.tensor, inside: tl.tensor, columns: tl.tuple, clip_range: tl.tensor, count: tl.tensor
) -> tl.tuple:
    """ρÂ as it counts, its derivative in log π, ρ − 1 − log ρ, and whether ρ is out of range."""
    old = tl.load(columns[1] + row, mask=inside, other=0.0)
    advantage = tl.load(columns[2] + row, mask=inside, other=0.0)
    log_ratio = tl.where(inside, log_prob - old, 0.0)
    ratio = tl.exp(log_ratio)
    low, high = 1.0 - clip_range, 1.0 + clip_range
    plain = ratio * advantage
    plain = tl.where(plain > _LARGEST, _LARGEST, tl.where(plain < -_LARGEST, -_LARGEST, plain))
    clipped = tl.where(ratio < low, low, tl.where(ratio > high, high, ratio)) * advantage
    outside = (ratio < low) | (ratio > high)
    pulls = (outside == 0) | (plain < clipped) | (plain != plain)
    exactly = log_ratio.to(tl.float64)
    divergence = (tl.exp(exactly) - 1.0 - exactly).to(tl.float32)
    return tl.where(pulls, plain, clipped), tl.where(pulls, -plain / count, 0.0), divergence, outside


@triton.jit  # type: ignore[untyped-decorator]
def _value_term(
    values: tl.tensor, row: tl.tensor, inside: tl.tensor, columns: tl.tuple, reach: tl.tensor, count: tl.tensor
) -> tl.tuple:
    """The squared error that counts, and its derivative in V."""
    value = tl.load(values + row, mask=inside, other=0.0)
    old = tl.load(columns[3] + row, mask=inside, other=0.0)
    target = tl.load(columns[4] + row, mask=inside, other=0.0)
    move, error = value - old, value - target
    clipped = old + tl.where(move > reach, reach, tl.where(move < -reach, -reach, move)) - target
    pulls = (tl.abs(move) <= reach) | (clipped * clipped <= error * error)
    larger = tl.where(pulls, error, clipped)
    return larger * larger, tl.where(pulls, 2.0 * error / count, 0.0)


@triton.jit  # type: ignore[untyped-decorator]
def _total(column: tl.tensor, inside: tl.tensor) -> tl.tensor:
    """The sum over the rows that there are, in float64."""
    return tl.sum(tl.where(inside, column, 0.0).to(tl.float64), axis=0)


@triton.jit  # type: ignore[untyped-decorator]
def _report(
    sums: tl.tensor, inside: tl.tensor, gain: tl.tensor, squared: tl.tensor, entropy: tl.tensor,
    divergence: tl.tensor, outside: tl.tensor,
) -> None:  # fmt: skip
    """The sums over the rows of this program, in the order of STATISTICS."""
    to = sums + tl.program_id(0) * 5
    tl.store(to, -_total(gain, inside))
    tl.store(to + 1, _total(squared, inside))
    tl.store(to + 2, _total(entropy, inside))
    tl.store(to + 3, _total(divergence, inside))
    tl.store(to + 4, _total(tl.where(outside, 1.0, 0.0), inside))


@triton.jit  # type: ignore[untyped-decorator]
def categorical_kernel(
    logits: tl.tensor, logits_row: tl.tensor, values: tl.tensor, columns: tl.tuple, weights: tl.tuple,
    pull_logits: tl.tensor, pull_values: tl.tensor, sums: tl.tensor, B: tl.tensor, K: tl.tensor,
    ROWS: tl.constexpr, CHOICES: tl.constexpr,
) -> None:  # fmt: skip
    """ROWS rows of logits, padded to CHOICES, a power of 2."""
    row = tl.program_id(0).to(tl.int64) * ROWS + tl.arange(0, ROWS)
    choice = tl.arange(0, CHOICES)[None, :]
    inside, here = row < B, (row < B)[:, None] & (choice < K)
    count = B * 1.0
    z = tl.load(logits + row[:, None] * logits_row + choice, mask=here, other=-float("inf"))
    z = tl.where(inside[:, None], z, 0.0)
    shifted = z - tl.max(z, axis=1)[:, None]
    log_probs = shifted - tl.log(tl.sum(tl.exp(shifted), axis=1))[:, None]
    probs = tl.exp(log_probs)
    surprise = tl.where(here, log_probs, 0.0)
    entropy = -tl.sum(probs * surprise, axis=1)
    taken = choice == tl.load(columns[0] + row, mask=inside, other=0)[:, None]
    log_prob = tl.sum(tl.where(taken, surprise, 0.0), axis=1)
    gain, pull, divergence, outside = _policy_term(log_prob, row, inside, columns, tl.load(weights[0]), count)
    squared, value_pull = _value_term(values, row, inside, columns, tl.load(weights[1]), count)
    bonus = tl.load(weights[3]) / count
    into = pull[:, None] * (tl.where(taken, 1.0, 0.0) - probs) + bonus * probs * (surprise + entropy[:, None])
    tl.store(pull_logits + row[:, None] * K + choice, into, mask=here)
    tl.store(pull_values + row, tl.load(weights[2]) * value_pull, mask=inside)
    _report(sums, inside, gain, squared, entropy, divergence, outside)


@triton.jit  # type: ignore[untyped-decorator]
def gaussian_kernel(
    mean: tl.tensor, mean_row: tl.tensor, log_std: tl.tensor, log_std_row: tl.tensor, values: tl.tensor,
    columns: tl.tuple, weights: tl.tuple, pull_mean: tl.tensor, pull_log_std: tl.tensor, pull_values: tl.tensor,
    sums: tl.tensor, B: tl.tensor, D: tl.tensor, ROWS: tl.constexpr, DIMENSIONS: tl.constexpr,
) -> None:  # fmt: skip
    """ROWS rows of μ and log σ, padded to DIMENSIONS, a power of 2."""
    row = tl.program_id(0).to(tl.int64) * ROWS + tl.arange(0, ROWS)
    axis = tl.arange(0, DIMENSIONS)[None, :]
    inside, here = row < B, (row < B)[:, None] & (axis < D)
    count = B * 1.0
    centre = tl.load(mean + row[:, None] * mean_row + axis, mask=here, other=0.0)
    scale = tl.load(log_std + row[:, None] * log_std_row + axis, mask=here, other=0.0)
    action = tl.load(columns[0] + row[:, None] * D + axis, mask=here, other=0.0)
    inverse = tl.exp(-scale)
    z = (action - centre) * inverse
    log_prob = -tl.sum(tl.where(here, 0.5 * z * z + scale + _HALF_LOG_2PI, 0.0), axis=1)
    entropy = tl.sum(tl.where(here, scale + (0.5 + _HALF_LOG_2PI), 0.0), axis=1)
    gain, pull, divergence, outside = _policy_term(log_prob, row, inside, columns, tl.load(weights[0]), count)
    squared, value_pull = _value_term(values, row, inside, columns, tl.load(weights[1]), count)
    bonus = tl.load(weights[3]) / count
    tl.store(pull_mean + row[:, None] * D + axis, pull[:, None] * z * inverse, mask=here)
    tl.store(pull_log_std + row[:, None] * D + axis, pull[:, None] * (z * z - 1.0) - bonus, mask=here)
    tl.store(pull_values + row, tl.load(weights[2]) * value_pull, mask=inside)
    _report(sums, inside, gain, squared, entropy, divergence, outside)


@triton.jit  # type: ignore[untyped-decorator]
def policy_kernel(
    log_probs: tl.tensor, columns: tl.tuple, clip_range: tl.tensor, pulls: tl.tensor, sums: tl.tensor, B: tl.tensor,
    ROWS: tl.constexpr,
) -> None:  # fmt: skip
    """The policy's term alone, of log-probabilities that are given."""
    row = tl.program_id(0).to(tl.int64) * ROWS + tl.arange(0, ROWS)
    inside = row < B
    log_prob = tl.load(log_probs + row, mask=inside, other=0.0)
    gain, pull, _, outside = _policy_term(log_prob, row, inside, columns, tl.load(clip_range), B * 1.0)
    tl.store(pulls + row, pull, mask=inside)
    to = sums + tl.program_id(0) * 2
    tl.store(to, -_total(gain, inside))
    tl.store(to + 1, _total(tl.where(outside, 1.0, 0.0), inside))


@triton.jit  # type: ignore[untyped-decorator]
def value_kernel(
    values: tl.tensor, columns: tl.tuple, reach: tl.tensor, pulls: tl.tensor, sums: tl.tensor, B: tl.tensor,
    ROWS: tl.constexpr,
) -> None:  # fmt: skip
    """The critic's term alone."""
    row = tl.program_id(0).to(tl.int64) * ROWS + tl.arange(0, ROWS)
    inside = row < B
    squared, pull = _value_term(values, row, inside, columns, tl.load(reach), B * 1.0)
    tl.store(pulls + row, pull, mask=inside)
    tl.store(sums + tl.program_id(0), _total(squared, inside))


def launch_policy_loss(
    log_probs: Tensor, old_log_probs: Tensor, advantages: Tensor, clip_range: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """What `policy_loss` returns, by the lines of the fused kernels. Nothing is checked."""
    pulls, (B,) = torch.empty_like(log_probs), log_probs.shape
    sums = torch.empty(triton.cdiv(B, CELLS_A_BLOCK), 2, dtype=torch.float64, device=pulls.device)
    columns = (log_probs, old_log_probs, advantages)
    with _on(pulls):
        policy_kernel[(len(sums),)](log_probs, columns, clip_range, pulls, sums, B, ROWS=CELLS_A_BLOCK)
    loss, outside = (sums.sum(dim=0) / B).unbind()
    return loss, pulls, outside


def launch_value_loss(values: Tensor, old_values: Tensor, returns: Tensor, clip_range: Tensor) -> tuple[Tensor, Tensor]:
    """What `value_loss` returns, by the lines of the fused kernels. Nothing is checked."""
    pulls, (B,) = torch.empty_like(values), values.shape
    sums = torch.empty(triton.cdiv(B, CELLS_A_BLOCK), dtype=torch.float64, device=pulls.device)
    columns = (values, values, values, old_values, returns)
    with _on(pulls):
        value_kernel[(len(sums),)](values, columns, clip_range, pulls, sums, B, ROWS=CELLS_A_BLOCK)
    return sums.sum() / B, pulls


def _on(tensor: Tensor) -> AbstractContextManager[object]:
    return torch.cuda.device(tensor.device) if tensor.is_cuda else nullcontext()


def launch(
    family: Family, outputs: tuple[Tensor, ...], values: Tensor, columns: Columns, weights: Weights
) -> tuple[tuple[Tensor, ...], Tensor, Tensor]:
    """What `ppo_loss` returns, of float32 tensors on one device; columns are contiguous. Nothing is checked."""
    B, width = outputs[0].shape
    wide = triton.next_power_of_2(width)
    rows = max(CELLS_A_BLOCK // wide, 1)
    grid = (triton.cdiv(B, rows),)
    pulls = tuple(torch.empty_like(output, memory_format=torch.contiguous_format) for output in outputs)
    value_pulls = torch.empty_like(values)
    sums = torch.empty(grid[0], len(STATISTICS), dtype=torch.float64, device=values.device)
    given = [part for output in outputs for part in (output, output.stride(0))]
    arguments = (*given, values, tuple(columns), tuple(weights), *pulls, value_pulls, sums, B, width)
    with _on(values):
        if family is CATEGORICAL:
            categorical_kernel[grid](*arguments, ROWS=rows, CHOICES=wide)
        else:
            gaussian_kernel[grid](*arguments, ROWS=rows, DIMENSIONS=wide)
    return pulls, value_pulls, sums.sum(dim=0) / B
