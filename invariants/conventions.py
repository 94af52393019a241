"""Where reputable code differs on purpose: the names and values that an implementation may declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["CONVENTIONS", "ConventionError", "check_conventions"]


class ConventionError(ValueError):
    """A declared convention has an unknown name or value."""


CONVENTIONS: dict[str, tuple[str, Any]] = {
    "value_loss_scale": ("a positive number", lambda value: _real(value) and value > 0),
    "value_clip": ('"max" or "clipped"', lambda value: value in ("max", "clipped")),
    "advantage_std_ddof": ("0 or 1", lambda value: value in (0, 1)),
    "advantage_epsilon": ("a non-negative number", lambda value: _real(value) and value >= 0),
    "kl_estimator": ('"k1", "k2" or "k3"', lambda value: value in ("k1", "k2", "k3")),
    "damping": ("a non-negative number", lambda value: _real(value) and value >= 0),
    "backtrack_factor": ("a number between 0 and 1", lambda value: _real(value) and 0 < value < 1),
    "backtrack_steps": ("a count", lambda value: isinstance(value, int) and value >= 0),
}
"""Name → what a value must be, in words and as a test."""


def check_conventions(declared: Any) -> dict[str, Any]:
    """The declared conventions as a plain dict.

    Raises
    ------
    ConventionError: the declaration is no mapping, or a name or value is unknown.
    """
    if not isinstance(declared, Mapping):
        raise ConventionError(f"conventions must map names to values, not be a {type(declared).__name__}")
    for name, value in declared.items():
        if name not in CONVENTIONS:
            raise ConventionError(f"unknown convention {name!r}; known are {', '.join(CONVENTIONS)}")
        words, accepts = CONVENTIONS[name]
        if not accepts(value):
            raise ConventionError(f"convention {name} must be {words}, not {value!r}")
    return dict(declared)


def _real(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
