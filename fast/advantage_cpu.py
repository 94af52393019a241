"""Generalised advantage estimation on NumPy arrays: the CPU kernel without PyTorch."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .advantage_kernel import columns32, columns64, sweep32, sweep64

__all__ = ["estimate", "generalized_advantage_estimation", "overlaps_itself"]

Ints: TypeAlias = tuple[int, ...]
_KERNELS = {4: (sweep32, columns32), 8: (sweep64, columns64)}


def generalized_advantage_estimation(
    rewards: NDArray[Any],
    values: NDArray[Any],
    next_values: NDArray[Any],
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    *,
    gamma: float,
    lam: float,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Â_t = δ_t + γλ (1 − terminated_t)(1 − truncated_t) Â_{t+1}, per column of [T, N] arrays.

    δ_t = r_t + γ (1 − terminated_t) V(s_{t+1}) − V(s_t) and Â_T = 0: the same function, with the same bits,
    as `policyproof.fast.generalized_advantage_estimation`, which says what the arguments mean. Reals are
    float32 or float64 throughout, flags are bool, in any strides, read-only or not.

    Raises TypeError where an argument is no array or has the wrong dtype, ValueError for shapes, for γ or λ
    outside [0, 1], and for an `out` that is read-only or shares memory with an input.
    """
    named = {
        "rewards": rewards,
        "values": values,
        "next_values": next_values,
        "terminated": terminated,
        "truncated": truncated,
    }
    inputs = list(named.values())
    if out is not None:
        named["out"] = out
    for name, array in named.items():
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{name} is a {type(array).__name__}, not a NumPy array; convert it first")
        if name in ("terminated", "truncated"):
            if array.dtype != np.bool_:
                raise TypeError(f"{name} has dtype {array.dtype}, not bool; pass {name}.astype(bool)")
        elif array.dtype not in (np.float32, np.float64) or array.dtype != rewards.dtype:
            raise TypeError(f"{name} has dtype {array.dtype}; expected float32 or float64, the same for all reals")
        if array.ndim != 2 or array.shape != rewards.shape or not array.size:
            raise ValueError(
                f"{name} has shape {array.shape}, rewards {rewards.shape}; expected one common [T, N], T, N ≥ 1"
            )
    if not (0 <= gamma <= 1 and 0 <= lam <= 1):
        raise ValueError(f"gamma and lam lie in [0, 1]; got gamma={gamma}, lam={lam}")
    if out is None:
        out = np.empty(rewards.shape, rewards.dtype)
    elif (
        not out.flags.writeable
        or overlaps_itself(out.strides, out.shape)
        or any(np.may_share_memory(out, array) for array in inputs)
    ):
        raise ValueError("out is read-only or shares memory, with itself or an input; pass an array of its own")

    result = out if _in_whole_elements(out) is out else np.empty(rewards.shape, rewards.dtype)
    arrays = [*map(_in_whole_elements, inputs), result]
    base, rows, columns = zip(*map(_layout, arrays), strict=True)
    estimate(base, rows, columns, rewards.shape, rewards.itemsize, float(gamma), float(lam))
    if result is not out:
        out[...] = result
    return out


def estimate(
    base: Ints, rows: Ints, columns: Ints, shape: tuple[int, int], itemsize: int, gamma: float, lam: float
) -> None:
    """Run the kernel on six addresses with row and column strides, in elements; nothing is checked."""
    T, N = shape
    sweep, one_by_one = _KERNELS[itemsize]
    if N == 1 or columns == (1, 1, 1, 1, 1, 1):
        sweep(*base, *rows, T, N, gamma, lam)
    else:
        one_by_one(base, rows, columns, T, N, gamma, lam)


def overlaps_itself(strides: Sequence[int], shape: Sequence[int]) -> bool:
    """Whether two entries of an array may lie at one address."""
    reach = 0
    for stride, size in sorted((abs(stride), size) for stride, size in zip(strides, shape, strict=True)):
        if size > 1 and stride <= reach:
            return True
        reach += stride * (size - 1)
    return False


def _in_whole_elements(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself; a copy where its strides (a field of records, say) are no multiple of its item size."""
    return array if all(stride % array.itemsize == 0 for stride in array.strides) else array.copy()


def _layout(array: NDArray[Any]) -> tuple[int, int, int]:
    """Address, row stride and column stride; the strides in elements."""
    row, column = (stride // array.itemsize for stride in array.strides)
    return array.ctypes.data, row, column
