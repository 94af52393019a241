"""``conjugate_gradient``: its arguments, the right answer, and how far rounding may take it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, exact, floating, solve
from ...reference.trpo import conjugate_gradient, energy_error
from ..capability import Capability
from ..comparison import Comparison
from ..subject import Subject
from .rounding import displacement, negligible
from .strategies import LinearSystem, with_zeros

__all__ = ["CONJUGATE_GRADIENT", "distance", "no_worse_than", "rounding_bound"]


def oracle(matrix: Array, right: Array, *, iterations: int) -> Array:
    """The iterate after ``iterations`` steps from zero."""
    return conjugate_gradient(lambda vector: matrix @ vector, right, iterations=iterations)


def exact_iterate(case: LinearSystem) -> Array:
    """The same in rationals, where it ends by itself after n steps at the latest."""
    return oracle(case.matrix, case.right, iterations=min(case.iterations, len(case.right)))


def distance(case: LinearSystem, x: Array) -> float:
    """‖x − A⁻¹b‖_A, the norm that conjugate gradients make small; infinite where ``x`` is not finite."""
    if x.dtype != object and not np.all(np.isfinite(x)):
        return np.inf
    point = x if x.dtype == object else exact(x)
    return float(np.sqrt(floating(energy_error(case.matrix, point, solve(case.matrix, case.right)))))


def rounding_bound(subject: Subject, case: LinearSystem, level: float) -> float:
    """√((d_k + ζ)² + τ) − d_k, for d_k = ``level``: what rounding, ζ, and stopping early, τ, add to an energy norm."""
    moved, stopped = displacement(subject.unit_roundoff, case), negligible(case)
    total = np.sqrt((level + moved) ** 2 + stopped)
    return float((2 * level * moved + moved**2 + stopped) / (total + level)) + 2.0**-50 * level if total else 0.0


def no_worse_than(subject: Subject, case: LinearSystem, level: float, what: str, slack: float = 0.0) -> Comparison:
    """Compare ‖x − A⁻¹b‖_A of what an implementation returns with ``level``: below it, all is well."""
    (got,) = CONJUGATE_GRADIENT.results(subject, case)
    reached = np.asarray(max(distance(case, got), level))
    return Comparison(reached, np.asarray(level), np.asarray(rounding_bound(subject, case, level) + slack), what)


def tolerance(subject: Subject, case: LinearSystem) -> float:
    """What rounding may do to any wrong version: 64 (ζ + √τ) / √λ_min in every entry, for n steps and more."""
    longest = replace(case, iterations=max(case.iterations, len(case.right)))
    smallest = np.linalg.eigvalsh(floating(case.matrix))[0]
    moved = displacement(subject.unit_roundoff, longest) + np.sqrt(negligible(case))
    return float(64 * moved / np.sqrt(smallest))


def arguments(case: LinearSystem) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A and b; the number of iterations by keyword."""
    return (case.matrix, case.right), {"iterations": case.iterations}


CONJUGATE_GRADIENT = Capability(
    "conjugate_gradient", with_zeros, arguments, lambda case: (case.right.shape,), tolerance, oracle
)
