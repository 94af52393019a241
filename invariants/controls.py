"""Wrong versions made for the purpose, of any capability: each shows that an invariant can fail."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from .capability import Capability
from .variant import Variant

__all__ = ["controls"]


def controls(capability: Capability) -> tuple[Variant, ...]:
    """The oracle of a capability, spoilt in the ways that its purity and its bounds must notice."""
    return tuple(
        Variant(
            name=spoil.__name__.replace("_", "-"),
            capability=capability.name,
            description=(spoil.__doc__ or "").strip().splitlines()[0],
            citations=(),
            forms=(spoil(capability.oracle),),
        )
        for spoil in (
            inputs_overwritten,
            answer_depends_on_the_call,
            one_buffer_for_all_calls,
            random_state_advanced,
            not_a_number,
            result_rounded_to_float16,
        )
    )


def inputs_overwritten(oracle: Callable[..., Any]) -> Callable[..., Any]:
    """Control: the first array is changed in place where it can be written to."""

    def wrong(*arguments: Any, **keywords: Any) -> Any:
        result = oracle(*arguments, **keywords)
        if arguments[0].flags.writeable:
            arguments[0][...] += 1
        return result

    return wrong


def answer_depends_on_the_call(oracle: Callable[..., Any]) -> Callable[..., Any]:
    """Control: every other call is off by its last bit."""
    calls = count()

    def wrong(*arguments: Any, **keywords: Any) -> Any:
        nudged = next(calls) % 2
        return _each(oracle(*arguments, **keywords), lambda x: np.nextafter(x, np.inf) if nudged else x)

    return wrong


def one_buffer_for_all_calls(oracle: Callable[..., Any]) -> Callable[..., Any]:
    """Control: the result of one call is overwritten by the next."""
    buffers: dict[tuple[int, ...], Any] = {}

    def wrong(*arguments: Any, **keywords: Any) -> Any:
        def into_buffer(result: Any) -> Any:
            buffer = buffers.setdefault(result.shape, np.empty_like(result))
            buffer[...] = result
            return buffer

        return _each(oracle(*arguments, **keywords), into_buffer)

    return wrong


def random_state_advanced(oracle: Callable[..., Any]) -> Callable[..., Any]:
    """Control: a number is drawn from NumPy's global generator."""

    def wrong(*arguments: Any, **keywords: Any) -> Any:
        np.random.random()  # noqa: NPY002 - this is the fault
        return oracle(*arguments, **keywords)

    return wrong


def not_a_number(oracle: Callable[..., Any]) -> Callable[..., Any]:
    """Control: the first entry of the result is NaN."""

    def wrong(*arguments: Any, **keywords: Any) -> Any:
        def spoilt(result: Any) -> Any:
            result = np.array(result)
            result.reshape(-1)[0] = np.nan
            return result

        return _each(oracle(*arguments, **keywords), spoilt)

    return wrong


def result_rounded_to_float16(oracle: Callable[..., Any]) -> Callable[..., Any]:
    """Control: half precision inside an implementation that says it computes in more."""

    def wrong(*arguments: Any, **keywords: Any) -> Any:
        with np.errstate(over="ignore"):
            return _each(oracle(*arguments, **keywords), lambda x: x.astype(np.float16).astype(np.float64))

    return wrong


def _each(results: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(results, tuple):
        return tuple(change(np.asarray(result, dtype=float)) for result in results)
    return change(np.asarray(results, dtype=float))
