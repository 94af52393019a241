"""What an oracle's arguments must be, said beside its formula and checked at every call.

``@domain(rewards="T ...", policy="S A in Δ", states="B of S", gamma="[0, 1]", steps="≥ 1")`` reads:

=====================  =====================================================================================
``"S A"``              finite real numbers ``[S, A]``; a letter is one size wherever it stands, at least 1
``"... A"``            any axes in front
``"T ..."``            any axes behind, the same wherever they stand
``"N? D"``             N may be 0
``"S A in Δ"``         rows that are probability distributions
``"B in (0, ∞)"``      numbers of an interval; ``∞]`` lets infinity in, and NaN lies in none
``"[0, 1]"``           one number of an interval
``"B of S"``           indices 0 … S−1; ``"of S"`` is one index, ``"T of 2"`` are flags
``"≥ 1"``              an integer
``"one"``              one process or one policy, not a batch
``"... X in ?"``       any entries: the function itself says what is wrong with them
=====================  =====================================================================================

What has ``sizes``, as a process has S and A, brings them with it. ``None`` passes: it stands for a default. Of balls,
a closed end refuses what is certainly outside, an open one what may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import cleandoc, signature
from typing import Any, ParamSpec, TypeVar

import numpy as np

from .arithmetic import Array, is_finite
from .tabular_mdp import InvalidMDPError, InvalidPolicyError, TabularMDP, refuse_where, validate_distribution

__all__ = ["InvalidArgumentError", "domain", "require"]

P = ParamSpec("P")
R = TypeVar("R")
Sizes = dict[str, Any]


class InvalidArgumentError(ValueError):
    """The formula means nothing for an argument; the message says for which one, and why."""


def domain(**domains: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a function ``require`` its arguments to lie in these domains, and say so at the end of its docstring."""
    section = "\n".join(["", "", "Domain", "------", *(f"{name} : {text}" for name, text in domains.items())])

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = signature(function)

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            require(parameters.bind(*args, **kwargs).arguments, **domains)
            return function(*args, **kwargs)

        checked.__doc__ = cleandoc(function.__doc__ or "") + section
        return checked

    return decorate


def require(given: Mapping[str, Any], /, **domains: str) -> None:
    """Refuse what is given outside its domain.

    Raises
    ------
    InvalidArgumentError: something is; InvalidPolicyError where a row is no distribution, InvalidMDPError where a batch
        of processes stands for one.
    """
    sizes: Sizes = {}
    for name, value in given.items():
        for letter, size in getattr(value, "sizes", {}).items():
            if sizes.setdefault(letter, size) != size:
                raise InvalidArgumentError(f"{name} has {letter} = {size}, another argument {sizes[letter]}")
    leading = {}
    for name, text in domains.items():
        if given.get(name) is not None:
            leading[name] = _check(name, given[name], text, sizes)
    if len(set(leading.values())) > 1:
        try:
            np.broadcast_shapes(*leading.values())
        except ValueError:
            raise InvalidArgumentError(f"the leading axes do not broadcast: {leading}") from None


def _check(name: str, value: Any, text: str, sizes: Sizes) -> tuple[int, ...]:
    """Check one, and give the shape that its domain leaves open in front."""
    if text == "one":
        if isinstance(value, TabularMDP) and value.transition.ndim != 3:
            raise InvalidMDPError(f"{name} is a batch of processes of shape {value.transition.shape[:-3]}, not one")
        if not isinstance(value, TabularMDP) and np.ndim(value) != 2:
            raise InvalidPolicyError(f"{name} has shape {np.shape(value)}; one policy [S, A] is needed")
        return ()
    if text.startswith("≥"):
        if not isinstance(value, (int, np.integer)) or value < int(text[1:]):
            raise InvalidArgumentError(f"{name} is {value}, not an integer {text}")
        return ()
    array = np.asarray(value)
    axes, _, numbers = ("", "", text) if text[0] in "[(" else text.partition("in ")
    axes, _, count = axes.partition("of ")
    leading = _check_shape(name, array, axes.split(), sizes)
    if count:
        _check_indices(name, array, int(sizes.get(count, count)))
    elif numbers == "Δ":
        validate_distribution(array, name, InvalidPolicyError)
    elif numbers != "?":
        _check_interval(name, array, numbers or "(-∞, ∞)")
    return leading


def _check_shape(name: str, array: Array, axes: list[str], sizes: Sizes) -> tuple[int, ...]:
    named = [axis for axis in axes if axis != "..."]
    free = array.ndim - len(named)
    found = list(array.shape[free:] if axes[:1] == ["..."] else array.shape[: len(named)])
    fits = free >= 0 if "..." in axes else free == 0
    if axes[1:] and axes[-1] == "...":
        named, found = [*named, "..."], [*found, array.shape[len(named) :]]
    for axis, size in zip(named, found, strict=False):
        known = int(axis) if axis.isdigit() else sizes.setdefault(axis.rstrip("?"), size)
        fits = fits and size == known and (size != 0 or axis.endswith("?"))
    if not fits:
        known_sizes = [f"{axis} = {sizes[axis]}" for axis in sizes if any(axis == one.rstrip("?") for one in named)]
        raise InvalidArgumentError(f"{name} has shape {array.shape}, not [{', '.join(axes)}]; {', '.join(known_sizes)}")
    return array.shape[:free] if axes[:1] == ["..."] else ()


def _check_interval(name: str, array: Array, interval: str) -> None:
    low, high = interval[1:-1].split(", ")
    wrong = ~is_finite(array)
    if interval.startswith("[-∞"):
        wrong &= ~_flags(array < 0)
    if interval.endswith("∞]"):
        wrong &= ~_flags(array > 0)
    if low != "-∞":
        wrong |= _flags(array < int(low)) if interval[0] == "[" else ~_flags(array > int(low))
    if high != "∞":
        wrong |= _flags(array > int(high)) if interval[-1] == "]" else ~_flags(array < int(high))
    refuse_where(wrong, name, f"is outside {interval}", array, InvalidArgumentError)


def _check_indices(name: str, array: Array, count: int) -> None:
    if array.size and array.dtype.kind not in "iub":
        raise InvalidArgumentError(f"{name} holds {array.dtype}, not indices")
    refuse_where((array < 0) | (array >= count), name, f"is outside 0 … {count - 1}", array, InvalidArgumentError)


def _flags(truths: Any) -> Array:
    return np.asarray(truths, dtype=bool)
