"""Machine code of generalised advantage estimation on the CPU: vector lanes, and the orders to visit cells in.

    x_t = δ_t + c_t x_{t+1},    δ_t = r_t + γ [not terminated_t] v'_t − v_t,    c_t = γλ [neither flag at t]

is a first-order linear recurrence down each of N columns. A *group* is `lanes` cells that are neighbours in
memory; the cell `lag` places further on is the same column one step later.

- `lag ≥ lanes` (a row holds the group): the cells do not depend on each other, and x_{t+1} is read from the row
  of the output written just before, which is still in the first-level cache.
- `lag < lanes` (few columns in one dense buffer): the group spans several steps. Rounds of doubling,
  x_i += c^s x_{i+s} for s = lag, 2·lag, 4·lag, … < lanes, solve it inside the group; then the group after it
  enters through c, c², c³, …, each where no episode ends in between.

Both walk memory strictly downwards, as one stream. What a flag cuts off is deselected by a bit mask, never
multiplied by zero, so NaN, infinity and huge values do not pass an episode's end or enter another column.
Powers of γλ are multiplied, never divided by; they cannot underflow, as γλ ≥ 2⁻⁷ is asked of a scan over at
most 16 cells. Each operation rounds once and the order is fixed: same input and layout, same bits.

One thread: the work is bound by memory, and a second thread made it slower where it was tried.
Addresses are integers, strides count elements (a flag is one byte). Nothing is checked here.
Numba caches the compiled functions beside this file; all that is compiled is in this file, so the cache
goes stale with it and only with it.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]  # ships no types
from numba import njit, types
from numba.extending import intrinsic

__all__ = ["columns32", "columns64", "sweep32", "sweep64"]

Six: TypeAlias = tuple[int, int, int, int, int, int]
"""One integer each for rewards, values, next_values, terminated, truncated and the output."""

LANES = 16
SMALLEST_SCANNED_DECAY = 2.0**-7

_BIT, _BYTE, _INDEX = ir.IntType(1), ir.IntType(8), ir.IntType(32)
_inlined: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(nogil=True)
_builder: Callable[[Callable[..., Any]], Callable[..., Any]] = intrinsic(prefer_literal=True)


def _compiled(function: Callable[..., None]) -> Callable[..., None]:
    """`function` compiled at its first call, cached on disk where numba finds a folder that it may write to."""
    try:
        cached: Callable[..., None] = njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return _inlined(function)
    return cached


def _pick(builder: Any, vector: Any, other: Any, places: list[int]) -> Any:
    """Lane i of the result is lane `places[i]` of `vector` followed by `other`."""
    return builder.shuffle_vector(vector, other, ir.Constant(ir.VectorType(_INDEX, len(places)), places))


def _spread(builder: Any, scalar: Any, lanes: int) -> Any:
    """`scalar` in each of the lanes."""
    empty = ir.Constant(ir.VectorType(scalar.type, lanes), ir.Undefined)
    return _pick(builder, builder.insert_element(empty, scalar, _INDEX(0)), empty, [0] * lanes)


@_builder
def _solve_group(_context: Any, at: Any, after: Any, _last: Any, gamma: Any, decay: Any, lanes: Any, lag: Any) -> Any:
    """Emit x = δ + c·x_later for the `lanes` cells at the addresses `at`; no loop, no branch.

    `after` is the address of the advantages that follow the group in its columns. Where `last` is set nothing
    follows, and what is read there does not matter. `decay` is γλ; its type is the arithmetic's.
    """
    W, step = lanes.literal_value, min(lag.literal_value, lanes.literal_value)

    def code(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        addresses, after, last, gamma, decay, *_ = arguments
        real = context.get_value_type(signature.args[4])
        zero, no_flag = (ir.Constant(ir.VectorType(kind, W), None) for kind in (real, _BYTE))
        mask, bits = ir.VectorType(_BIT, W), ir.IntType(W)

        def load(address: Any, kind: Any, count: int) -> Any:
            pointer = b.inttoptr(address, ir.VectorType(kind, count).as_pointer())
            return b.load(pointer, align=1)

        def where(chosen: Any, vector: Any) -> Any:
            return b.select(b.bitcast(chosen, mask), vector, zero)

        source = [b.extract_value(addresses, i) for i in range(6)]
        reward, value, next_value = (load(address, real, W) for address in source[:3])
        terminated, truncated = (load(address, _BYTE, W) for address in source[3:5])
        bootstraps = b.bitcast(b.icmp_unsigned("==", terminated, no_flag), bits)
        goes_on = b.bitcast(b.icmp_unsigned("==", b.or_(terminated, truncated), no_flag), bits)

        discounted = where(bootstraps, b.fmul(_spread(b, gamma, W), next_value))
        x = b.fsub(b.fadd(reward, discounted), value)

        open_within, open_to_the_top, power, reach = goes_on, goes_on, decay, step
        while reach < W:
            later = _pick(b, x, zero, [min(i + reach, W) for i in range(W)])
            x = b.fadd(x, where(open_within, b.fmul(_spread(b, power, W), later)))
            above = bits((1 << W) - (1 << (W - reach)))
            open_within = b.and_(open_within, b.lshr(open_within, bits(reach)))
            open_to_the_top = b.and_(open_to_the_top, b.or_(b.lshr(open_to_the_top, bits(reach)), above))
            power, reach = b.fmul(power, power), 2 * reach

        factor, power = ir.Constant(zero.type, ir.Undefined), decay
        for row in reversed(range(W // step)):
            for column in range(step):
                factor = b.insert_element(factor, power, _INDEX(row * step + column))
            power = b.fmul(power, decay)
        carried = load(after, real, step)
        carried = _pick(b, carried, ir.Constant(carried.type, ir.Undefined), [i % step for i in range(W)])
        something_follows = b.select(b.trunc(last, _BIT), bits(0), bits((1 << W) - 1))
        x = b.fadd(x, where(b.and_(open_to_the_top, something_follows), b.fmul(factor, carried)))
        b.store(x, b.inttoptr(source[5], x.type.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(at, after, types.boolean, gamma, decay, lanes, lag), code


@_inlined
def _places(base: Six, strides: Six, t: int, column: int, size: int) -> Six:
    """The six addresses of cell (t, column); an element has `size` bytes. With column strides, t is the column."""
    return (
        base[0] + (t * strides[0] + column) * size,
        base[1] + (t * strides[1] + column) * size,
        base[2] + (t * strides[2] + column) * size,
        base[3] + t * strides[3] + column,
        base[4] + t * strides[4] + column,
        base[5] + (t * strides[5] + column) * size,
    )


@_inlined
def _rows(base: Six, strides: Six, T: int, N: int, gamma: float, decay: float, size: int) -> None:
    """Rows of N ≥ 16 columns, in groups of 16; the one at column 0 may overlap its neighbour."""
    for t in range(T - 1, -1, -1):
        last = t == T - 1
        column = N
        while column > 0:
            column -= LANES
            at = _places(base, strides, t, max(column, 0), size)
            _solve_group(at, at[5] if last else at[5] + strides[5] * size, last, gamma, decay, LANES, LANES)


def _groups_in_rows(lanes: int) -> Callable[..., int]:
    """One group of row t at `column`, where the binary digits of N ask for one of this width; the next column."""

    @_inlined
    def group(
        base: Six, strides: Six, t: int, last: bool, column: int, N: int, gamma: float, decay: float, size: int
    ) -> int:
        if not N & lanes:
            return column
        at = _places(base, strides, t, column, size)
        _solve_group(at, at[5] if last else at[5] + strides[5] * size, last, gamma, decay, lanes, lanes)
        return column + lanes

    return group


_group_1, _group_2, _group_4, _group_8 = (_groups_in_rows(lanes) for lanes in (1, 2, 4, 8))


@_inlined
def _narrow_rows(base: Six, strides: Six, first: int, T: int, N: int, gamma: float, decay: float, size: int) -> None:
    """Rows T − 1 … `first` of N < 16 columns: N = 13 is 8 + 4 + 1."""
    for t in range(T - 1, first - 1, -1):
        last = t == T - 1
        column = _group_8(base, strides, t, last, 0, N, gamma, decay, size)
        column = _group_4(base, strides, t, last, column, N, gamma, decay, size)
        column = _group_2(base, strides, t, last, column, N, gamma, decay, size)
        _group_1(base, strides, t, last, column, N, gamma, decay, size)


def _scan_of(columns: int) -> Callable[..., None]:
    """Rows first − 1 … 0 of a dense [T, columns] buffer, 16 cells at a time; `first` rows are whole groups."""
    steps = LANES // columns

    @_inlined
    def scan(base: Six, strides: Six, first: int, gamma: float, decay: float, size: int) -> None:
        for t in range(first - steps, -1, -steps):
            at = _places(base, strides, t, 0, size)
            _solve_group(at, at[5] + LANES * size, False, gamma, decay, LANES, columns)

    return scan


_scan_1, _scan_2, _scan_4, _scan_8 = (_scan_of(columns) for columns in (1, 2, 4, 8))


@_inlined
def _sweep(base: Six, strides: Six, T: int, N: int, gamma: float, decay: float, size: int) -> None:
    """N neighbouring columns, rows `strides` apart: by scan where 1, 2, 4 or 8 are dense, by rows all others."""
    if N >= LANES:
        _rows(base, strides, T, N, gamma, decay, size)
        return
    r, v, w, e, u, o = strides
    dense = r == N and v == N and w == N and e == N and u == N and o == N
    scanned = 0
    if dense and decay >= SMALLEST_SCANNED_DECAY and LANES % N == 0:
        scanned = (T - 1) // (LANES // N) * (LANES // N)
    _narrow_rows(base, strides, scanned, T, N, gamma, decay, size)
    if scanned and N == 1:
        _scan_1(base, strides, scanned, gamma, decay, size)
    elif scanned and N == 2:
        _scan_2(base, strides, scanned, gamma, decay, size)
    elif scanned and N == 4:
        _scan_4(base, strides, scanned, gamma, decay, size)
    elif scanned:
        _scan_8(base, strides, scanned, gamma, decay, size)


@_compiled
def sweep32(
    r: int, v: int, w: int, e: int, u: int, o: int,
    sr: int, sv: int, sw: int, se: int, su: int, so: int,
    T: int, N: int, gamma: float, lam: float,
) -> None:  # fmt: skip
    """Six addresses and six row strides of float32 [T, N], neighbouring columns one element apart."""
    g = np.float32(gamma)
    _sweep((r, v, w, e, u, o), (sr, sv, sw, se, su, so), T, N, g, g * np.float32(lam), 4)


@_compiled
def sweep64(
    r: int, v: int, w: int, e: int, u: int, o: int,
    sr: int, sv: int, sw: int, se: int, su: int, so: int,
    T: int, N: int, gamma: float, lam: float,
) -> None:  # fmt: skip
    """The same for float64."""
    _sweep((r, v, w, e, u, o), (sr, sv, sw, se, su, so), T, N, gamma, gamma * lam, 8)


@_compiled
def columns32(base: Six, rows: Six, columns: Six, T: int, N: int, gamma: float, lam: float) -> None:
    """Any layout of float32, given by row and column strides: one column after the other."""
    g = np.float32(gamma)
    for n in range(N):
        _sweep(_places(base, columns, n, 0, 4), rows, T, 1, g, g * np.float32(lam), 4)


@_compiled
def columns64(base: Six, rows: Six, columns: Six, T: int, N: int, gamma: float, lam: float) -> None:
    """The same for float64."""
    for n in range(N):
        _sweep(_places(base, columns, n, 0, 8), rows, T, 1, gamma, gamma * lam, 8)
