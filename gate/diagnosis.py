"""Which known bugs behave like this implementation on every case tried."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from ..invariants.capability import Capability
from ..invariants.discovery import all_capabilities, all_variants
from ..invariants.subject import ImplementationError, Subject
from ..invariants.variant import Variant
from .verdict import Diagnosis

__all__ = ["diagnose"]

CASES = 60
"""How many general cases are tried beside the counterexample."""


def diagnose(capability: str, subject: Subject, counterexample: Any) -> tuple[Diagnosis, ...]:
    """The variants that reproduce the implementation on the counterexample and on ``CASES`` general cases.

    Where the implementation agrees with the oracle on all of them, or raises on one, no variant is named.
    """
    room = all_capabilities()[capability]
    cases = list(_general_cases(capability, subject.dtype))
    if isinstance(counterexample, type(cases[0])):
        cases.insert(0, counterexample)
    try:
        answers = [(case, room.row(subject, case), room.tolerance(subject, case)) for case in cases]
    except ImplementationError:
        return ()
    if all(_agree(room, Subject(room.correct()), *answer) for answer in answers):
        return ()
    return tuple(
        Diagnosis(variant.name, variant.description, "; ".join(variant.citations))
        for variant in all_variants()
        if variant.capability == capability
        and not variant.is_control
        and any(all(_agree(room, form, *answer) for answer in answers) for form in _forms(variant))
    )


def _agree(room: Capability, version: Subject, case: Any, answer: Any, tolerance: Any) -> bool:
    try:
        got = room.row(version, case)
    except ImplementationError:
        return False
    with np.errstate(invalid="ignore"):
        alike = (got == answer) | (np.isnan(got) & np.isnan(answer))
        return bool(np.all((np.abs(got - answer) <= tolerance) | alike))


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
