"""A case: the numbers that one statement is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from ..reference.arithmetic import Arithmetic, convert
from ..reference.tabular_mdp import TabularMDP

__all__ = ["Case"]


@dataclass(frozen=True, eq=False)
class Case:
    """Named real arrays, index arrays, flags, real scalars, counts and decision processes.

    A subclass is a frozen dataclass (``eq=False``) whose fields are of those kinds. Drawn numbers are dyadic
    rationals, so float64 holds them without rounding and every arithmetic sees the same case.
    """

    @property
    def instances(self) -> int:
        """How many independent problems the case holds."""
        return 1

    def reductions(self) -> Iterator[Self]:
        """Smaller cases of the same kind, to try where a case fails."""
        return iter(())

    def to(self, arithmetic: Arithmetic) -> Self:
        """The same case with its real numbers in another arithmetic; integers and flags stay."""
        return replace(self, **{field.name: _to(getattr(self, field.name), arithmetic) for field in fields(self)})

    def __repr__(self) -> str:
        """The case as a person reads it: fractions, nested lists."""
        body = ", ".join(f"{field.name}={_show(getattr(self, field.name))}" for field in fields(self))
        return f"{type(self).__name__}({body})"


def _to(value: Any, arithmetic: Arithmetic) -> Any:
    if isinstance(value, TabularMDP):
        return value.to(arithmetic)
    if isinstance(value, np.ndarray):
        return convert(value, arithmetic) if value.dtype.kind in "fO" else value
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    return convert(value, arithmetic).item()


def _show(value: Any) -> str:
    if isinstance(value, TabularMDP):
        parts = (f"{name}={_show(getattr(value, name))}" for name in ("transition", "reward", "initial", "discount"))
        return f"TabularMDP({', '.join(parts)})"
    if isinstance(value, np.ndarray):
        return _show(value.tolist())
    if isinstance(value, list):
        return f"[{', '.join(map(_show, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
