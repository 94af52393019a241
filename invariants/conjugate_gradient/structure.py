"""What the solution must look like: zeros, multiples, other orders of the unknowns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, exact, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import CONJUGATE_GRADIENT
from .optimality import HESTENES
from .rounding import displacement, negligible
from .strategies import LinearSystem, multiples_of_identity, systems, zero_systems

SEAM = "the seam, conjugate_gradient"


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"b = 0 \;\Rightarrow\; x = 0",
    sources=(SEAM,),
    claims=("trpo-cg",),
    rejects="no-stop-at-a-zero-residual",
    cases=zero_systems,
)
def a_zero_right_hand_side_gives_zeros(subject: Subject, case: LinearSystem) -> Comparison:
    """Where the gradient vanishes there is no step: exact zeros, after any number of iterations, and not NaN."""
    (got,) = CONJUGATE_GRADIENT.results(subject, case)
    return Comparison(got, np.zeros(got.shape), np.zeros(got.shape), "solution for b = 0 and 0")


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"A = cI \;\Rightarrow\; x_k = b/c \quad (k \ge 1)",
    sources=(f"{HESTENES}, section 5",),
    claims=("trpo-cg", "trpo-cg-cheap"),
    rejects="step-of-unit-curvature",
    cases=multiples_of_identity,
)
def a_multiple_of_the_identity_takes_one_step(subject: Subject, case: LinearSystem) -> Comparison:
    """One eigenvalue, one step: the solution is b divided by it; and so for one unknown."""
    (got,) = CONJUGATE_GRADIENT.results(subject, case)
    scale = float(floating(case.matrix[0, 0]))
    bound = (displacement(subject.unit_roundoff, case) + np.sqrt(negligible(case))) / np.sqrt(scale)
    return Comparison(got, case.right / case.matrix[0, 0], np.full(got.shape, bound), "solution for cI and b/c")


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"x_k(A, 2b) = 2 x_k(A, b)",
    sources=(f"{HESTENES}, eq. 3:1",),
    rejects="guard-as-large-as-the-curvature",
    cases=systems,
)
@np.errstate(invalid="ignore", over="ignore")
def doubling_the_right_hand_side_doubles_the_solution(subject: Subject, case: LinearSystem) -> Comparison:
    """The iterates are homogeneous in b."""
    doubled = replace(case, right=2 * case.right)
    (got,) = CONJUGATE_GRADIENT.results(subject, doubled)
    (single,) = CONJUGATE_GRADIENT.results(subject, case)
    return _apart(subject, doubled, got, 2 * single, "solution for 2b and twice that for b, in the energy norm")


@statement(
    CONJUGATE_GRADIENT,
    kind=Class.THEOREM,
    formula=r"x_k(P A P^\top, P b) = P\, x_k(A, b)",
    sources=(f"{HESTENES}, eq. 3:1",),
    rejects="one-unknown-after-another",
    cases=systems,
)
def unknowns_may_stand_in_any_order(subject: Subject, case: LinearSystem) -> Comparison:
    """Turning the order of the unknowns round turns the solution round."""
    turned = case.part(np.ix_(*[np.arange(len(case.right))[::-1]] * 2))
    (got,) = CONJUGATE_GRADIENT.results(subject, turned)
    (before,) = CONJUGATE_GRADIENT.results(subject, case)
    return _apart(subject, case, got[::-1], before, "solution and solution turned round, in the energy norm")


def _apart(subject: Subject, case: LinearSystem, got: Array, expected: Array, what: str) -> Comparison:
    """‖got − expected‖_A against 0: each of the two may be ζ off, and stop early."""
    apart = np.inf
    if np.all(np.isfinite(got)) and np.all(np.isfinite(expected)):
        difference = exact(got) - exact(expected)
        apart = float(np.sqrt(floating(difference @ case.matrix @ difference)))
    bound = 2 * displacement(subject.unit_roundoff, case) + 4 * np.sqrt(negligible(case))
    return Comparison(np.asarray(apart), np.zeros(()), np.asarray(bound), what)
