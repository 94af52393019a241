"""A capability of the seam, as the diagnosis sees it: how to ask for it on a case, and what is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ..reference.arithmetic import Array
from .subject import Subject

__all__ = ["Capability"]


@dataclass(frozen=True)
class Capability:
    """One method of the seam.

    Attributes
    ----------
    name : the method.
    cases : what tells right from wrong, and one wrong version from another, for a dtype.
    observe : what an implementation returns for a case, and how far rounding may take two versions of it apart.
    oracle : the correct implementation, in float64.
    """

    name: str
    cases: Callable[[str], st.SearchStrategy[Any]]
    observe: Callable[[Subject, Any], tuple[Array, Array]]
    oracle: object
