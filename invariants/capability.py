"""A capability of the seam: how to ask for it on a case, and what is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ..reference.arithmetic import Array
from .subject import Subject, checked, prepared

__all__ = ["Capability"]

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Capability:
    """One method of the seam.

    Attributes
    ----------
    name : the method.
    cases : what tells right from wrong, and one wrong version from another, for a dtype.
    arguments : what the method takes for a case: by position, and by keyword.
    shapes : the shapes of what it returns, one where it returns one array, two for ``(loss, gradient)``.
    tolerance : how far rounding may take any two versions of it apart, right or wrong, for the results in a row.
    oracle : the correct function, on float64 arrays.
    """

    name: str
    cases: Callable[[str], st.SearchStrategy[Any]]
    arguments: Callable[[Any], tuple[tuple[Any, ...], dict[str, Any]]]
    shapes: Callable[[Any], tuple[Shape, ...]]
    tolerance: Callable[[Subject, Any], Any]
    oracle: Callable[..., Any]

    def prepared(self, case: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a case as the seam hands them over."""
        positional, keywords = self.arguments(case)
        return tuple(map(prepared, positional)), {name: prepared(value) for name, value in keywords.items()}

    def results(self, subject: Subject, case: Any) -> tuple[Array, ...]:
        """What an implementation returns for a case, each result a float64 array of its stated shape."""
        positional, keywords = self.prepared(case)
        return self.checked(subject.call_raw(self.name, *positional, **keywords), case)

    def checked(self, returned: Any, case: Any) -> tuple[Array, ...]:
        """What was returned, as float64 arrays of the stated shapes."""
        return checked(returned, self.name, self.shapes(case))

    def row(self, subject: Subject, case: Any) -> Array:
        """All results of a case in one row."""
        return np.concatenate([result.ravel() for result in self.results(subject, case)])

    def correct(self) -> object:
        """An implementation that offers this one capability, by the oracle."""
        return type("Oracle", (), {"name": "oracle", "dtype": "float64", self.name: staticmethod(self.oracle)})()
