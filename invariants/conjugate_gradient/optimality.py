"""How good an iterate is: as good as the best in its Krylov space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import CONJUGATE_GRADIENT, distance, exact_iterate, no_worse_than, rounding_bound
from .rounding import attainable, negligible
from .strategies import LinearSystem, diagonals, long_runs, steep_systems, systems

HESTENES = "Hestenes, Stiefel (1952), Methods of conjugate gradients for solving linear systems"
GREENBAUM = "Greenbaum (1989), Behavior of slightly perturbed Lanczos and conjugate-gradient recurrences"


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.DEFINITION,
    formula=r"\|x - A^{-1}b\|_A \le \min\{\|y - A^{-1}b\|_A : y \in \operatorname{span}(b, Ab, \dots, A^{k-1}b)\}",
    sources=(f"{HESTENES}, section 4",),
    claims=("trpo-cg",),
    rejects="one-iteration-short",
    cases=systems,
)
def at_least_as_good_as_the_krylov_iterate(subject: Subject, case: LinearSystem) -> Comparison:
    """After k steps the energy norm of the error is that of the best point of the Krylov space, or less.

    Stopping at rᵀr ≤ 10⁻¹⁰, and 10⁻⁸ added to pᵀAp, are within the bound.
    """
    level = distance(case, exact_iterate(case))
    return no_worse_than(subject, case, level, f"energy norm of the error after {case.iterations} steps and the least")


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"k = n:\quad A x = b",
    sources=(f"{HESTENES}, theorem 4.1",),
    claims=("trpo-cg",),
    rejects="residual-not-updated",
    cases=systems,
)
def as_many_steps_as_unknowns_solve_the_system(subject: Subject, case: LinearSystem) -> Comparison:
    """After n steps the system is solved."""
    case = replace(case, iterations=len(case.right))
    return no_worse_than(subject, case, 0.0, "energy norm of the error after n steps and 0")


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"A = \operatorname{diag}(\lambda),\; k = \#\{\lambda_i : b_i \ne 0\}:\quad A x = b",
    sources=(f"{HESTENES}, section 5",),
    claims=("trpo-cg", "trpo-cg-cheap"),
    rejects="directions-not-conjugate",
    cases=diagonals,
)
def as_many_steps_as_eigenvalues_solve_the_system(subject: Subject, case: LinearSystem) -> Comparison:
    """One step for each eigenvalue that b has a component along is enough."""
    return no_worse_than(subject, case, 0.0, f"energy norm of the error after {case.iterations} steps and 0")


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"k > n:\quad A x = b, \quad x \text{ finite}",
    sources=(f"{HESTENES}, theorem 4.1",),
    claims=("trpo-cg",),
    rejects="no-stop-at-a-zero-residual",
    cases=long_runs,
)
def stays_solved_when_asked_for_more_steps(subject: Subject, case: LinearSystem) -> Comparison:
    """More steps than unknowns do no harm: 0/0 is never formed where nothing is left to do."""
    case = replace(case, iterations=case.iterations + len(case.right))
    return no_worse_than(subject, case, 0.0, f"energy norm of the error after {case.iterations} steps and 0")


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"\|x_{k+1} - A^{-1}b\|_A \le \|x_k - A^{-1}b\|_A",
    sources=(f"{HESTENES}, theorem 6:1",),
    claims=("trpo-cg",),
    rejects="step-of-unit-curvature",
    cases=systems,
)
def another_step_is_no_worse(subject: Subject, case: LinearSystem) -> Comparison:
    """The energy norm of the error never grows with the number of steps."""
    (x,) = CONJUGATE_GRADIENT.results(subject, case)
    level = distance(case, x)
    further = replace(case, iterations=case.iterations + 1)
    if not np.isfinite(level):
        return Comparison(np.asarray(level), np.zeros(()), np.zeros(()), "energy norm of the error")
    slack = rounding_bound(subject, case, level)
    return no_worse_than(subject, further, level, "energy norm of the error after a step more and before", slack)


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"\|x_k - A^{-1}b\|_A \le 2 \Bigl(\tfrac{\sqrt{2\kappa} - 1}{\sqrt{2\kappa} + 1}\Bigr)^k \|A^{-1}b\|_A"
    r"+ O(u)\,\frac{\|A\| \|A^{-1}b\|}{\sqrt{\lambda_{\min}}}",
    sources=(GREENBAUM, "Greenbaum, Strakoš (1992), Predicting the behavior of finite precision Lanczos and CG"),
    claims=("trpo-cg",),
    rejects="directions-not-conjugate",
    cases=steep_systems,
)
def converges_at_the_rate_of_the_condition_number(subject: Subject, case: LinearSystem) -> Comparison:
    """However badly conditioned the system, the error falls at the rate of Chebyshev polynomials, down to rounding.

    In floating point the method works as the exact one does for a matrix with eigenvalues in small intervals about
    those of A, which loses orthogonality and steps but not the rate; κ is doubled for the width of the intervals.
    """
    eigenvalues = np.linalg.eigvalsh(floating(case.matrix))
    root = np.sqrt(2 * eigenvalues[-1] / eigenvalues[0])
    rate = min(1.0, 2 * ((root - 1) / (root + 1)) ** case.iterations)
    start = distance(case, 0 * case.right)
    (got,) = CONJUGATE_GRADIENT.results(subject, case)
    left = attainable(subject.unit_roundoff, case) + 2 * np.sqrt(negligible(case)) + 2.0**-50 * start
    reached = np.asarray(max(distance(case, got), rate * start))
    return Comparison(reached, np.asarray(rate * start), np.asarray(left), "energy norm of the error and its rate")
