"""Evidence: code that proves a claim on an instance, or refutes it.

=================  ==========================================================================================
``identity``       two sides that are equal: residual exactly 0 among rationals, overlapping balls where a
                   transcendental function enters; in float64 each side within its derived bound of the truth
``inequality``     a smaller and a larger side, decided in balls; precision rises until the answer is certain
``tight``          cases where an inequality is tight: the best ratio reached, below which no constant holds
``counterexample``  an instance where what was written fails, with the numbers of both sides
``fact``           anything else that can be checked: returns what was found, raises AssertionError if it is not so
=================  ==========================================================================================
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ..invariants.case import Case
from ..reference.arithmetic import Arithmetic, Array, ball, exact, floating, precision

__all__ = [
    "Counterexample",
    "Evidence",
    "Outcome",
    "UndecidedError",
    "all_evidence",
    "counterexample",
    "fact",
    "identity",
    "inequality",
    "tight",
]

PRECISIONS = (128, 512, 2048)
"""Bits at which a comparison of balls is tried, in turn."""


class UndecidedError(ArithmeticError):
    """Two numbers stay indistinguishable at the highest precision."""


@dataclass(frozen=True)
class Counterexample:
    """An instance where what was written is not so.

    ``written`` and ``truth`` are numbers (rationals or balls) with a label each; ``relation`` is how the first
    really stands to the second, contrary to the claim: one of ``≠ < >``.
    """

    instance: str
    written: tuple[str, Any]
    relation: str
    truth: tuple[str, Any]

    def confirm(self) -> None:
        """Raise AssertionError unless the relation certainly holds."""
        left, right = self.written[1], self.truth[1]
        certain = {"≠": lambda: left < right or left > right, "<": lambda: left < right, ">": lambda: left > right}
        assert certain[self.relation](), f"{left} {self.relation} {right} is not certain: {self.instance}"


@dataclass
class Outcome:
    """What a run of evidence saw."""

    instances: int = 0
    undecided: int = 0
    best_ratio: Any = None
    worst_float: float = 0.0
    found: Any = None


@dataclass(frozen=True)
class Evidence:
    """A check and the claims that it executes; a tight family is one ``of`` an inequality."""

    kind: str
    claims: tuple[str, ...]
    function: Callable[..., Any]
    run: Callable[[int, int], Outcome] = field(repr=False)
    of: Evidence | None = None

    @property
    def name(self) -> str:
        """Where it stands: ``group.module.function``."""
        module = self.function.__module__.split(".claims.", 1)[1]
        return f"{module}.{self.function.__name__}"

    @property
    def group(self) -> str:
        """The group of claims that it stands in."""
        return self.name.partition(".")[0].replace("_", "-")

    def __call__(self, *args: Any) -> Any:
        """The sides, for one case."""
        return self.function(*args)


def identity(
    *claims: str,
    cases: st.SearchStrategy[Any] | None = None,
    bound: Callable[[Any], Any] | None = None,
) -> Callable[[Callable[..., Any]], Evidence]:
    """Evidence that the two sides which a function of a case returns are equal.

    ``bound(case)`` is the derived error bound of either side in float64 for a case in float64; without it the
    identity is checked exactly only. Without ``cases`` the function takes no argument and runs once.
    """

    def decorate(function: Callable[..., Any]) -> Evidence:
        def check(case: Case | None, outcome: Outcome) -> None:
            left, right = _sides(function, case)
            _assert_equal(left, right, case)
            if bound is not None and case is not None:
                rounded = case.to(Arithmetic.FLOAT)
                limit = np.asarray(bound(rounded), dtype=float)
                for computed, truth in zip(_sides(function, rounded), (left, right), strict=True):
                    error = np.abs(floating(exact(computed) - _midpoint(truth)))
                    assert np.all(error <= limit), f"float64 is off by {error.max()}, more than {limit.max()}: {case}"
                    ratio = np.divide(error, limit, out=np.zeros_like(error), where=limit > 0)
                    outcome.worst_float = max(outcome.worst_float, float(ratio.max(initial=0)))

        return Evidence("identity", claims, function, _runner(check, cases))

    return decorate


def inequality(*claims: str, cases: st.SearchStrategy[Any] | None = None) -> Callable[[Callable[..., Any]], Evidence]:
    """Evidence that smaller ≤ larger for the two sides which a function of a case returns, certified."""

    def decorate(function: Callable[..., Any]) -> Evidence:
        def check(case: Case | None, outcome: Outcome) -> None:
            try:
                ratio = _certified_ratio(function, case)
            except UndecidedError:
                outcome.undecided += 1
            else:
                outcome.best_ratio = _larger(outcome.best_ratio, ratio)

        return Evidence("inequality", claims, function, _runner(check, cases))

    return decorate


def tight(*claims: str, of: Evidence, reaches: object) -> Callable[[Callable[[], Iterable[Any]]], Evidence]:
    """Evidence that an inequality's constant cannot be lowered: on these cases smaller/larger gets to ``reaches``.

    ``reaches`` is a rational, at most 1. Where the larger side is multiplied by anything less than the ratio
    reached, the inequality fails: this is certified on the best case.
    """
    goal = exact(reaches).item()

    def decorate(function: Callable[[], Iterable[Any]]) -> Evidence:
        def run(instances: int, seed: int) -> Outcome:  # noqa: ARG001 - a family is the same for every seed
            outcome = Outcome()
            for case in function():
                outcome.best_ratio = _larger(outcome.best_ratio, _certified_ratio(of.function, case))
                outcome.instances += 1
            assert outcome.best_ratio is not None, "the family has no case with a positive larger side"
            assert outcome.best_ratio >= goal, f"the ratio reached is {outcome.best_ratio}, less than {goal}"
            return outcome

        return Evidence("tight", claims, function, run, of)

    return decorate


def counterexample(*claims: str) -> Callable[[Callable[[], Counterexample]], Evidence]:
    """Evidence against what was written."""

    def decorate(function: Callable[[], Counterexample]) -> Evidence:
        def run(instances: int, seed: int) -> Outcome:  # noqa: ARG001 - one instance settles it
            found = function()
            found.confirm()
            return Outcome(instances=1, found=found)

        return Evidence("counterexample", claims, function, run)

    return decorate


def fact(*claims: str, cases: st.SearchStrategy[Any] | None = None) -> Callable[[Callable[..., Any]], Evidence]:
    """Evidence of another form: the function asserts, and returns what it found for a reader (or None)."""

    def decorate(function: Callable[..., Any]) -> Evidence:
        def check(case: Case | None, outcome: Outcome) -> None:
            outcome.found = function() if case is None else function(case)

        return Evidence("fact", claims, function, _runner(check, cases))

    return decorate


@cache
def all_evidence() -> tuple[Evidence, ...]:
    """All evidence in the folders beside this file, found by walking them."""
    package = import_module(__package__ or "")
    modules = [
        import_module(found.name)
        for found in pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}.")
        if not found.ispkg
    ]
    return tuple(
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Evidence) and value.function.__module__ == module.__name__
    )


def _runner(
    check: Callable[[Any, Outcome], None], cases: st.SearchStrategy[Any] | None
) -> Callable[[int, int], Outcome]:
    def run(instances: int, seed_: int) -> Outcome:
        outcome = Outcome()
        if cases is None:
            check(None, outcome)
            outcome.instances = 1
            return outcome

        @seed(seed_)
        @settings(
            max_examples=instances,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases)
        def search(case: Any) -> None:
            check(case, outcome)
            outcome.instances += 1

        search()
        return outcome

    return run


def _sides(function: Callable[..., Any], case: Case | None) -> tuple[Array, Array]:
    left, right = function() if case is None else function(case)
    left, right = np.broadcast_arrays(np.asarray(left), np.asarray(right))
    return left, right


def _assert_equal(left: Array, right: Array, case: Case | None) -> None:
    for one, other in zip(left.flat, right.flat, strict=True):
        difference = one - other
        if hasattr(difference, "rad"):
            assert difference.contains(0), f"{one} is not {other}: {case}"
            assert difference.rad() <= 2.0**-20 * (1 + abs(ball(one).item()).mid()), (
                f"{one} ≈ {other} proves too little: {case}"
            )
        else:
            assert difference == 0, f"{one} is not {other}: {case}"


def _certified_ratio(function: Callable[..., Any], case: Case | None) -> Any:
    """Certify smaller ≤ larger in every entry; the largest ratio of the two, or None where no larger side is positive.

    Balls are compared at the precision at which they were computed.
    """
    for bits in PRECISIONS:
        with precision(bits):
            smaller, larger = _sides(function, case)
            pairs = list(zip(smaller.flat, larger.flat, strict=True))
            for low, high in pairs:
                assert not low > high, f"{low} is more than {high}: {case}"
            if all(low <= high for low, high in pairs):
                ratio = None
                for low, high in pairs:
                    ratio = _larger(ratio, low / high) if high > 0 else ratio
                return ratio
    raise UndecidedError(f"undecided at {PRECISIONS[-1]} bits: {smaller} against {larger}")


def _larger(one: Any, other: Any) -> Any:
    return one if other is None or (one is not None and not other > one) else other


def _midpoint(numbers: Array) -> Array:
    middle = np.empty(numbers.shape, dtype=object)
    for index, number in np.ndenumerate(numbers):
        if hasattr(number, "mid"):
            mantissa, exponent = ball(number).item().mid().man_exp()
            middle[index] = exact(int(mantissa)).item() * exact(2).item() ** int(exponent)
        else:
            middle[index] = exact(number).item()
    return middle
