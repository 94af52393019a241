"""One case, tried once: the comparison that came of it, or what the implementation did instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..invariants.comparison import Comparison
from ..invariants.invariant import Invariant
from ..invariants.subject import ImplementationError, Subject

__all__ = ["Attempt", "CaseReached", "attempt"]


class CaseReached(BaseException):
    """A search that is played back came to the case looked for; no ``Exception``, for Hypothesis catches those."""

    def __init__(self, case: Any) -> None:
        self.case = case


@dataclass(frozen=True)
class Attempt:
    """``kind`` is empty where the statement holds; two failures of one kind count as the same failure."""

    kind: str = ""
    comparison: Comparison | None = None
    error: str = ""


def attempt(invariant: Invariant, subject: Subject, case: Any) -> Attempt:
    """Try an invariant on a case; whatever the implementation raises, or makes the check raise, is the answer."""
    try:
        comparison = invariant.compare(subject, case)
    except ImplementationError as error:
        return Attempt(f"error {type(error.__cause__).__name__}", error=str(error))
    except Exception as error:
        return Attempt("error in the check", error=f"the check broke down: {type(error).__name__}: {error}")
    return Attempt("" if comparison.holds else "violated", comparison)
