"""Products of small float32 matrices in machine code: no library call, no thread, no copy.

    C[i, j] = S[i, j] + Σ_k A[i, k] B[k, j]

A tile of C, a few rows by a few vectors, stays in registers while k runs; a row of B is loaded as vectors, an entry of
A is broadcast. A may have any strides, so a transposed one costs nothing; B, C and S are dense along their rows, whose
length is a multiple of `LANE` (`padded` rounds up). S may be C itself, or one row for all. Nothing is checked here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import binding, ir  # type: ignore[import-untyped]  # ships no types
from numba import cfunc, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from .compilation import compiled

__all__ = ["LANE", "accumulate", "affine", "aligned", "multiply", "padded"]

LANE = 8
"""Rows of B and C have a multiple of this many entries."""

_wide_registers = bool(binding.get_host_cpu_features().get("avx512f"))
_LANES, _VECTORS, _ROWS = (16, 2, 8) if _wide_registers else (8, 2, 4)
_COLUMNS = _LANES * _VECTORS
_ALIGNMENT = 64

_FLOAT, _INT, _INDEX = ir.FloatType(), ir.IntType(64), ir.IntType(32)
_BYTES = 4
_FUSED = ("contract",)
_SYMBOL = "policyproof_multiply"
_on_stack: Callable[..., Any] = cgutils.alloca_once


def padded(columns: int) -> int:
    """The smallest multiple of `LANE` that is at least `columns`."""
    return -(-columns // LANE) * LANE


def aligned(*shape: int) -> NDArray[np.float32]:
    """Zeros whose first entry lies at the start of a cache line."""
    size, slack = int(np.prod(shape)), _ALIGNMENT // _BYTES
    raw = np.zeros(size + slack, np.float32)
    first = -raw.ctypes.data % _ALIGNMENT // _BYTES
    return raw[first : first + size].reshape(shape)


def _tile_of(rows: int, vectors: int, lanes: int) -> Callable[..., None]:
    """C[:rows, :vectors·lanes] = S + A[:rows] B, all by address; strides are in bytes, `depth` is the length of k."""

    @intrinsic
    def tile(
        _context: Any, a: Any, a_row: Any, a_column: Any, b: Any, b_row: Any,
        c: Any, c_row: Any, s: Any, s_row: Any, depth: Any,
    ) -> Any:  # fmt: skip
        def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            _emit(builder, rows, vectors, lanes, *arguments)
            return context.get_dummy_value()

        return types.void(a, a_row, a_column, b, b_row, c, c_row, s, s_row, depth), code

    emitted: Callable[..., None] = tile
    return emitted


def _emit(
    builder: Any, rows: int, vectors: int, lanes: int,
    a: Any, a_row: Any, a_column: Any, b: Any, b_row: Any, c: Any, c_row: Any, s: Any, s_row: Any, depth: Any,
) -> None:  # fmt: skip
    vector = ir.VectorType(_FLOAT, lanes)
    cells = [(i, j) for i in range(rows) for j in range(vectors)]
    sums = {cell: _on_stack(builder, vector) for cell in cells}

    def row(base: Any, stride: Any, i: int) -> Any:
        return builder.add(base, builder.mul(stride, _INT(i)))

    def place(base: Any, j: int) -> Any:
        return builder.inttoptr(builder.add(base, _INT(j * lanes * _BYTES)), vector.as_pointer())

    for i, j in cells:
        builder.store(builder.load(place(row(s, s_row, i), j), align=_BYTES), sums[i, j])
    a_rows = [row(a, a_row, i) for i in range(rows)]
    undefined, zeros = ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(_INDEX, lanes), [0] * lanes)
    with cgutils.for_range(builder, depth) as loop:
        along_b, along_a = (builder.add(b, builder.mul(b_row, loop.index)), builder.mul(a_column, loop.index))
        b_vectors = [builder.load(place(along_b, j), align=_BYTES) for j in range(vectors)]
        for i in range(rows):
            entry = builder.inttoptr(builder.add(a_rows[i], along_a), _FLOAT.as_pointer())
            first = builder.insert_element(undefined, builder.load(entry, align=_BYTES), _INDEX(0))
            everywhere = builder.shuffle_vector(first, undefined, zeros)
            for j in range(vectors):
                product = builder.fmul(everywhere, b_vectors[j], flags=_FUSED)
                builder.store(builder.fadd(builder.load(sums[i, j]), product, flags=_FUSED), sums[i, j])
    for i, j in cells:
        builder.store(builder.load(sums[i, j]), place(row(c, c_row, i), j), align=_BYTES)


_tile, _row = _tile_of(_ROWS, _VECTORS, _LANES), _tile_of(1, _VECTORS, _LANES)
_narrow_tile, _narrow_row = _tile_of(_ROWS, 1, LANE), _tile_of(1, 1, LANE)


def _multiply(
    a: int, a_row: int, a_column: int, b: int, b_row: int, c: int, c_row: int, s: int, s_row: int,
    M: int, K: int, N: int,
) -> None:  # fmt: skip
    """C = S + A B for A [M, K], B [K, N], C and S [M, N], given by addresses and strides in bytes; `s_row` may be 0."""
    tiled_rows, tiled_columns = M // _ROWS * _ROWS, N // _COLUMNS * _COLUMNS
    for j in range(0, tiled_columns * _BYTES, _COLUMNS * _BYTES):
        for i in range(0, tiled_rows, _ROWS):
            _tile(a + i * a_row, a_row, a_column, b + j, b_row, c + i * c_row + j, c_row, s + i * s_row + j, s_row, K)
        for i in range(tiled_rows, M):
            _row(a + i * a_row, a_row, a_column, b + j, b_row, c + i * c_row + j, c_row, s + i * s_row + j, s_row, K)
    for j in range(tiled_columns * _BYTES, N * _BYTES, LANE * _BYTES):
        for i in range(0, tiled_rows, _ROWS):
            _narrow_tile(
                a + i * a_row, a_row, a_column, b + j, b_row, c + i * c_row + j, c_row, s + i * s_row + j, s_row, K
            )
        for i in range(tiled_rows, M):
            _narrow_row(
                a + i * a_row, a_row, a_column, b + j, b_row, c + i * c_row + j, c_row, s + i * s_row + j, s_row, K
            )


def _external(function: Callable[..., None]) -> Any:
    """`function` compiled on its own and called by name, so that its callers are compiled without it: in half the time.

    Numba keeps its machine code beside this file where it may; all that is compiled here is in this file.
    """
    signature = types.void(*[types.int64] * function.__code__.co_argcount)
    try:
        callback = cfunc(signature, cache=True)(function)
    except RuntimeError:
        callback = cfunc(signature)(function)
    binding.add_symbol(_SYMBOL, callback.address)
    return types.ExternalFunction(_SYMBOL, signature)


multiply = _external(_multiply)


@compiled
def affine(a: Any, b: Any, bias: Any, c: Any) -> None:
    """C = A B + bias, of arrays: A is [M, K], B [K, N], bias [N], C [M, N]."""
    multiply(
        np.int64(a.ctypes.data), a.strides[0], a.strides[1], np.int64(b.ctypes.data), b.strides[0],
        np.int64(c.ctypes.data), c.strides[0], np.int64(bias.ctypes.data), 0, a.shape[0], a.shape[1], c.shape[1],
    )  # fmt: skip


@compiled
def accumulate(a: Any, b: Any, c: Any) -> None:
    """C ← C + A B, of arrays: A is [M, K], B [K, N], C [M, N]."""
    to = np.int64(c.ctypes.data)
    multiply(
        np.int64(a.ctypes.data), a.strides[0], a.strides[1], np.int64(b.ctypes.data), b.strides[0],
        to, c.strides[0], to, c.strides[0], a.shape[0], a.shape[1], c.shape[1],
    )  # fmt: skip
