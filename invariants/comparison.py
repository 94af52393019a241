"""What an implementation returned, beside what is right, and how far apart rounding alone may take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flint import arb

from ..reference.arithmetic import Array, exact, floating

__all__ = ["UNIT_ROUNDOFF", "Comparison"]

UNIT_ROUNDOFF = {"float32": 2.0**-24, "float64": 2.0**-53}
"""u, half the distance from 1 to the next larger number."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Entry by entry: ``got`` in float64, ``expected`` in any arithmetic, ``bound`` on |got − expected|.

    A bound of 0 asks for equality, an infinite one for nothing; of a ball, the farthest point counts. ``what`` says in
    a few words what is compared, for a reader of a verdict. ``follows`` names conventions, each with the values that
    fit this case.
    """

    got: Array
    expected: Array
    bound: Array
    what: str
    follows: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def errors(self) -> Array:
        """|got − expected|, computed exactly and then rounded; infinite where ``got`` is not finite."""
        errors = np.full(self.got.shape, np.inf)
        good = np.isfinite(self.got)
        expected = np.broadcast_to(self.expected, self.got.shape)
        if expected.dtype == object:
            errors[good] = _upper(abs(exact(self.got[good]) - expected[good]))
        else:
            errors[good] = np.abs(self.got[good] - expected[good])
        return errors

    @property
    def ratios(self) -> Array:
        """Error ÷ bound, where 0 ÷ 0 is 0; at most 1 where the statement holds."""
        errors, bound = np.broadcast_arrays(self.errors, np.asarray(self.bound, dtype=float))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return np.asarray(np.where((errors == 0) | np.isinf(bound), 0.0, errors / bound))

    @property
    def ratio(self) -> float:
        """The worst error ÷ bound."""
        return float(self.ratios.max(initial=0.0))

    @property
    def holds(self) -> bool:
        """Whether every entry is within its bound."""
        return self.ratio <= 1

    @property
    def worst(self) -> tuple[int, ...]:
        """The index of the worst entry."""
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(self.ratios)), self.ratios.shape))


def _upper(errors: Array) -> Array:
    return floating([error.abs_upper() if isinstance(error, arb) else error for error in errors])
