"""Where two threads of compiled code wait for each other, without the interpreter.

A side publishes the number of the round that it has finished, by a store that its earlier stores cannot pass (release);
the other one waits until that number is high enough (acquire). Rounds last microseconds, so that it waits by looking
again; after `PATIENCE` looks, some 50 µs, the other side is likely to be without a core, and it sleeps between looks.
"""

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from llvmlite import binding, ir  # type: ignore[import-untyped]  # ships no types
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from .compilation import compiled

__all__ = ["beside", "call_off", "meet", "meeting", "publish", "wait"]

Result = TypeVar("Result")

PATIENCE = 30_000
_NEVER = np.iinfo(np.int64).max
_APART = 8
"""Entries between the two numbers: a cache line."""

_library: Any = ctypes.CDLL("kernel32" if os.name == "nt" else None)
_sleep, _NAP = (_library.Sleep, 0) if os.name == "nt" else (_library.usleep, 50)
binding.add_symbol("policyproof_sleep", ctypes.cast(_sleep, ctypes.c_void_p).value)
_nap: Any = types.ExternalFunction("policyproof_sleep", types.int32(types.uint32))


def meeting() -> NDArray[np.int64]:
    """The numbers of two sides, 0 and 1, neither of which has finished a round."""
    return np.zeros(2 * _APART, np.int64)


def beside(rounds: NDArray[np.int64], here: Callable[[], Result], there: Callable[[], object]) -> Result:
    """What `here`, side 0, returns on this thread, while `there`, side 1, runs on another; both have ended."""
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(there)
        try:
            result = here()
        except BaseException:
            call_off(rounds, 0)
            raise
        other.result()
    return result


def call_off(rounds: NDArray[np.int64], side: int) -> None:
    """Unless `side` has come once, it never will: the other one does not wait for it."""
    if not rounds[side * _APART]:
        rounds[side * _APART] = _NEVER


def _store(_context: Any, address: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        place = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        builder.store_atomic(arguments[1], place, "release", 8)
        return context.get_dummy_value()

    return types.void(address, value), code


def _load(_context: Any, address: Any) -> Any:
    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        place = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        return builder.load_atomic(place, "acquire", 8)

    return types.int64(address), code


_publish: Callable[..., None] = intrinsic(_store)
_published: Callable[..., int] = intrinsic(_load)


@compiled
def publish(rounds: Any, side: int, finished: int) -> None:
    """`side` has finished as many rounds; the other one may read what it wrote in them."""
    own = rounds[side * _APART :]
    _publish(np.int64(own.ctypes.data), np.int64(finished))


@compiled
def wait(rounds: Any, side: int, finished: int) -> bool:
    """Until `side` has finished as many rounds; False where it has called off."""
    other = rounds[side * _APART :]
    looks = 0
    while True:
        seen = _published(np.int64(other.ctypes.data))
        if seen >= finished:
            return seen != _NEVER
        looks += 1
        if looks > PATIENCE:
            _nap(np.uint32(_NAP))


@compiled
def meet(rounds: Any, side: int, finished: int) -> bool:
    """Publish, and wait until the other side has finished as many rounds; False where it has called off."""
    publish(rounds, side, finished)
    return bool(wait(rounds, 1 - side, finished))
