"""Which known bugs behave like this implementation on every case tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from ..invariants.capability import Capability
from ..invariants.discovery import all_capabilities, all_variants
from ..invariants.subject import ImplementationError, Subject
from ..invariants.variant import Variant
from .verdict import Diagnosis, RuledOut

__all__ = ["Suspects", "suspects"]

CASES = 60
"""How many general cases are tried beside the counterexample."""


@dataclass(frozen=True)
class Suspects:
    """The variants that reproduce an implementation on the counterexample.

    ``named`` do so on all general cases too: the nearest to its answers first; of equally near ones, the one that
    happened more often. ``ruled_out`` do not.
    """

    named: tuple[Diagnosis, ...]
    ruled_out: tuple[RuledOut, ...]


def suspects(capability: str, subject: Subject, counterexample: Any) -> Suspects:
    """Try every variant of a capability beside the implementation.

    Where the implementation agrees with the oracle on the counterexample and on ``CASES`` general cases, or raises on
    one, there are none. A counterexample of another kind than the capability's cases is left out.
    """
    named: list[tuple[float, int, Diagnosis]] = []
    out: dict[str, RuledOut] = {}
    for variant, cases, distances in _tried(capability, subject, counterexample):
        if max(distances) <= 1:
            known = Diagnosis(variant.name, variant.description, "; ".join(variant.citations))
            named.append((max(distances), -len(variant.citations), known))
        elif distances[0] <= 1 and cases[0] is counterexample:
            out.setdefault(variant.name, RuledOut(variant.name, str(cases[len(distances) - 1])))
    ranked = tuple(known for *_, known in sorted(named, key=lambda entry: entry[:2]))
    reproduced = {known.variant for known in ranked}
    return Suspects(ranked, tuple(entry for name, entry in out.items() if name not in reproduced))


def _tried(
    capability: str, subject: Subject, counterexample: Any
) -> Iterator[tuple[Variant, tuple[Any, ...], list[float]]]:
    """Each form of each variant with the cases and, up to the first above 1, its distances from the implementation."""
    room = all_capabilities()[capability]
    cases = _general_cases(capability, subject.dtype)
    if isinstance(counterexample, type(cases[0])):
        cases = (counterexample, *cases)
    try:
        answers = [(case, room.row(subject, case), room.tolerance(subject, case)) for case in cases]
    except ImplementationError:
        return
    if max(_distances(room, Subject(room.correct()), answers, subject)) <= 1:
        return
    for variant in all_variants():
        if variant.capability == capability and not variant.is_control:
            for form in _forms(variant):
                yield variant, cases, list(_distances(room, form, answers, subject))


def _distances(
    room: Capability, version: Subject, answers: list[tuple[Any, Any, Any]], subject: Subject
) -> Iterator[float]:
    """The largest difference from an answer over the tolerance, case by case until it exceeds 1.

    To the room's tolerance comes the rounding of a wrong answer, which may be larger than any right one: 8 u |answer|;
    and what the version returns is rounded to the implementation's dtype, in which it may overflow.
    """
    for case, answer, tolerance in answers:
        try:
            with np.errstate(over="ignore"):
                got = room.row(version, case).astype(subject.dtype).astype(np.float64)
        except ImplementationError:
            yield np.inf
            return
        with np.errstate(invalid="ignore", divide="ignore"):
            alike = (got == answer) | (np.isnan(got) & np.isnan(answer))
            distance = np.where(
                alike, 0.0, np.abs(got - answer) / (tolerance + 8 * subject.unit_roundoff * np.abs(answer))
            )
        yield float(np.nan_to_num(distance, nan=np.inf).max(initial=0.0))
        if not distance.max(initial=0.0) <= 1:
            return


def _forms(variant: Variant) -> Iterator[Subject]:
    for form in range(len(variant.forms)):
        yield Subject(variant.implementation(form))


@cache
def _general_cases(capability: str, dtype: str) -> tuple[Any, ...]:
    cases: list[Any] = []

    @seed(0)
    @settings(
        max_examples=CASES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(all_capabilities()[capability].cases(dtype))
    def draw(case: Any) -> None:
        cases.append(case)

    draw()
    return tuple(cases)
