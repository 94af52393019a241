"""An invariant: one statement that every correct implementation satisfies, made executable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from .capability import Capability
from .comparison import Comparison
from .subject import Subject

__all__ = ["Class", "Invariant", "Offers", "statement", "statement_of_each"]

View = TypeVar("View")


class Class(StrEnum):
    """What a failure means."""

    THEOREM = "theorem"
    """True of every correct program: a violation is a bug."""
    DEFINITION = "definition"
    """The published algorithm's formula: a violation means another algorithm than the one named."""
    CONVENTION = "convention"
    """Reputable code differs: measured and named; judged only where the implementation declares its choice."""
    STATISTICAL = "statistical"
    """True in expectation: judged by an anytime-valid test."""


class Offers(Protocol):
    """Whatever can say which methods of the seam it offers."""

    offered: tuple[str, ...]


@dataclass(frozen=True)
class Invariant:
    """A statement, where it comes from, what it is tried on, and how one trial compares.

    Attributes
    ----------
    id : kebab-case name.
    kind : what a failure means.
    capability : the method of the implementation that it judges.
    statement : one sentence.
    formula : LaTeX of the formula that ``compare`` executes.
    sources : author, year and equation.
    claims : ids in the claims ledger.
    rejects : name of a variant that it must reject: the control that shows that it can fail.
    cases : the strategy to draw from, for the dtype that the implementation computes in.
    compare : one trial.
    needs : every method that ``compare`` calls, where that is more than ``capability``.
    """

    id: str
    kind: Class
    capability: str
    statement: str
    formula: str
    sources: tuple[str, ...]
    claims: tuple[str, ...]
    rejects: str
    cases: Callable[[str], st.SearchStrategy[Any]]
    compare: Callable[[Subject, Any], Comparison]
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Need the capability that is judged, first of all."""
        object.__setattr__(self, "needs", tuple(dict.fromkeys((self.capability, *self.needs))))

    def missing(self, subject: Offers) -> tuple[str, ...]:
        """The needed methods that an implementation does not offer; judged is one that misses none."""
        return tuple(name for name in self.needs if name not in subject.offered)


def statement(
    capability: Capability,
    *,
    kind: Class,
    formula: str,
    sources: tuple[str, ...],
    rejects: str,
    claims: tuple[str, ...] = (),
    cases: Callable[[str], st.SearchStrategy[Any]] | None = None,
    needs: tuple[str, ...] = (),
) -> Callable[[Callable[[Subject, Any], Comparison]], Invariant]:
    """Make an invariant of a comparison of an implementation on a case.

    The function's name and the first line of its docstring become the id and the statement; it is tried on the
    capability's own cases unless others are named. ``needs`` are methods that it calls beside the capability's.
    """

    def decorate(compare: Callable[[Subject, Any], Comparison]) -> Invariant:
        return Invariant(
            id=f"{capability.name}-{compare.__name__}".replace("_", "-"),
            kind=kind,
            capability=capability.name,
            statement=(compare.__doc__ or "").strip().splitlines()[0],
            formula=formula,
            sources=sources,
            claims=claims,
            rejects=rejects,
            cases=cases or capability.cases,
            compare=compare,
            needs=needs,
        )

    return decorate


def statement_of_each(
    capabilities: tuple[Capability, ...],
    view: Callable[[Subject, Capability], View],
    *,
    kind: Class,
    formula: str,
    sources: tuple[str, ...],
    rejects: str,
    claims: tuple[str, ...] = (),
    cases: Callable[[str], st.SearchStrategy[Any]] | None = None,
) -> Callable[[Callable[[View, Any], Comparison]], tuple[Invariant, ...]]:
    """Make an invariant for each capability of a comparison of the implementation, seen through one of them, on a case.

    ``view`` makes what the function takes of the implementation and the capability; the rest is as for ``statement``.
    """

    def decorate(compare: Callable[[View, Any], Comparison]) -> tuple[Invariant, ...]:
        def judged(capability: Capability) -> Invariant:
            @statement(
                capability, kind=kind, formula=formula, sources=sources, rejects=rejects, claims=claims, cases=cases
            )
            @wraps(compare)
            def trial(subject: Subject, case: Any) -> Comparison:
                return compare(view(subject, capability), case)

            return trial

        return tuple(map(judged, capabilities))

    return decorate
