"""The oracles as one implementation: what every invariant must find correct."""

from __future__ import annotations

from .discovery import all_capabilities

__all__ = ["oracle"]


def oracle() -> object:
    """An implementation in float64 that offers every capability that has a room, by its oracle."""
    methods = {name: staticmethod(capability.oracle) for name, capability in all_capabilities().items()}
    return type("Oracle", (), {"name": "oracle", "dtype": "float64", **methods})()
