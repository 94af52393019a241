"""Every invariant, variant and capability, found by walking the rooms."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TypeVar

from .capability import Capability
from .invariant import Invariant
from .variant import Variant

__all__ = ["all_capabilities", "all_invariants", "all_variants"]

Found = TypeVar("Found", Capability, Invariant, Variant)


@cache
def all_capabilities() -> dict[str, Capability]:
    """The capabilities that have a room, by name."""
    return {capability.name: capability for capability in _walk(Capability)}


@cache
def all_invariants() -> tuple[Invariant, ...]:
    """All invariants, room by room, file by file."""
    return tuple(_walk(Invariant))


@cache
def all_variants() -> tuple[Variant, ...]:
    """All variants, room by room, file by file."""
    return tuple(_walk(Variant))


def _walk(kind: type[Found]) -> Iterator[Found]:
    package = import_module(__package__ or "")
    seen: set[int] = set()
    for found in pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}."):
        if not found.ispkg and found.name.count(".") >= package.__name__.count(".") + 2:
            for value in vars(import_module(found.name)).values():
                for entry in value if isinstance(value, tuple) else (value,):
                    if isinstance(entry, kind) and id(entry) not in seen:
                        seen.add(id(entry))
                        yield entry
