"""A case: the numbers that one statement is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from ..reference.arithmetic import Arithmetic, convert
from ..reference.tabular_mdp import TabularMDP

__all__ = ["Batch", "Case"]


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

    def part(self, index: Any) -> Self:
        """The case with every array indexed alike: the same rows, steps or environments of all of them."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        parts = {name: array[index] for name, array in arrays.items() if isinstance(array, np.ndarray)}
        return replace(self, **{name: np.ascontiguousarray(part) for name, part in parts.items()})

    def to(self, arithmetic: Arithmetic) -> Self:
        """The same case with its real numbers in another arithmetic; integers and flags stay."""
        return replace(self, **{field.name: _to(getattr(self, field.name), arithmetic) for field in fields(self)})

    def __repr__(self) -> str:
        """The case as a person reads it: fractions, nested lists."""
        body = ", ".join(f"{field.name}={_show(getattr(self, field.name))}" for field in fields(self))
        return f"{type(self).__name__}({body})"


@dataclass(frozen=True, eq=False, repr=False)
class Batch(Case):
    """A case whose arrays all have B rows along their first axis."""

    @property
    def size(self) -> int:
        """B, the number of rows."""
        return next(len(value) for value in vars(self).values() if isinstance(value, np.ndarray))

    def reductions(self) -> Iterator[Self]:
        """The batch without one of its rows, for each row."""
        if self.size > 1:
            yield from (self.part(np.arange(self.size) != row) for row in range(self.size))


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
