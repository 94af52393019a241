"""The oracles as one implementation: what every invariant must find correct."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .discovery import all_capabilities

__all__ = ["oracle"]


def oracle(**instead: Callable[..., Any]) -> object:
    """An implementation in float64 that offers every capability that has a room, by its oracle.

    ``instead`` puts other functions, such as a variant's form, in the place of some oracles: what is wrong in one
    method shows in an invariant that needs others beside it.
    """
    methods = {name: capability.oracle for name, capability in all_capabilities().items()} | instead
    members = {name: staticmethod(method) for name, method in methods.items()}
    return type("Oracle", (), {"name": "oracle", "dtype": "float64", **members})()
