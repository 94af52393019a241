"""What the product is: the matrix, the Hessian, the damping, the batch."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ...reference.arithmetic import Array, exact, floating, precision
from ...reference.fisher import softmax_fisher, state_frequencies
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from ..tables import BITS, FAR, exact_policy, floating_log_policy, log_prob_error, shifts, whole_and_halves
from .capability import FISHER_VECTOR_PRODUCT, exact_product, product_bound
from .strategies import FisherProduct, products

KAKADE = "Kakade (2001), A natural policy gradient, section 3"
TRPO = "Schulman, Levine, Moritz, Jordan, Abbeel (2015), Trust region policy optimization, appendix C"
STEP = {"float32": "1/8", "float64": "1/1024"}
"""h of a second difference: its remainder, of order h², about as large as the rounding, of order u/h²."""


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.DEFINITION,
    formula=r"y = \Bigl(\operatorname{block\,diag}_s w(s) \bigl(\operatorname{diag}\pi_s - \pi_s \pi_s^\top\bigr)"
    r"+ c I\Bigr) v, \quad w(s) = \frac{\#\{i : s_i = s\}}{B}",
    sources=(KAKADE,),
    claims=("fisher-outer-product",),
    rejects="mean-over-all-states",
)
def equals_the_matrix_times_the_vector(subject: Subject, case: FisherProduct) -> Comparison:
    """The product is that of the Fisher matrix, written out, plus damping, with the vector."""
    with precision(BITS):
        matrix = softmax_fisher(state_frequencies(case.states, len(case.logits)), exact_policy(case.logits))
        expected = (matrix @ case.vector.ravel()).reshape(case.vector.shape) + case.damping * case.vector
    (got,) = FISHER_VECTOR_PRODUCT.results(subject, case)
    return Comparison(got, expected, product_bound(subject, case), "product and matrix times vector")


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"\Bigl|v^\top F v - \frac{\overline{KL}(\theta, \theta + hv) + \overline{KL}(\theta, \theta - hv)}{h^2}"
    r"\Bigr| \le \frac{h^2}{B} \sum_i \Bigl(\frac{3 R_i^4}{64} + \frac{h R_i^5}{36}\Bigr), \quad "
    r"R_i = \max_a v(s_i, a) - \min_a v(s_i, a)",
    sources=(TRPO,),
    claims=("kl-hessian-fisher", "trpo-h-equals-fisher"),
    rejects="policy-compared-with-itself",
    needs=("mean_kl",),
)
@np.errstate(invalid="ignore", over="ignore")
def is_the_hessian_of_its_own_divergence(subject: Subject, case: FisherProduct) -> Comparison:
    """Along any direction, the curvature of the mean divergence at equality is the quadratic form of the product.

    Of a second difference of f remains h²/12 max |f⁗|. Where f(t) = KL(π ‖ π_t), f⁗ is κ₄, the fourth cumulant of v
    under π_t; where f(t) = KL(π_t ‖ π), which has the same Hessian at 0, it is 3κ₄ + tκ₅. |κ₄| ≤ 3R⁴/16, as the fourth
    central moment is at most R⁴/12 and the variance R²/4; |κ₅| = |μ₅ − 10μ₃μ₂| ≤ R⁵/12 + 10R⁵/(24√3) ≤ R⁵/3. Each of
    the two divergences may be off by 4 ε (2 + Σₐ max(π, π_t) (|log π| + |log π_t|)). The vector is first brought to
    sixteenths and a largest entry of at most 1.
    """
    largest = max(1.0, float(np.abs(floating(case.vector)).max()))
    vector = exact(np.round(16 * floating(case.vector) / largest) / 16)
    case, step = replace(case, vector=vector), exact(STEP[subject.dtype])
    (product,) = FISHER_VECTOR_PRODUCT.results(subject, case)
    direction, h, damping = floating(vector), float(floating(step)), float(floating(case.damping))
    tables = [case.logits + sign * step * vector for sign in (1, -1)]
    sides = [subject.call("mean_kl", case.logits, logits, case.states, shape=()) for logits in tables]
    curvature = (direction * (product - damping * direction)).sum()
    span = (direction.max(axis=-1) - direction.min(axis=-1))[case.states]
    rounding = sum(divergence_error(subject, case, logits) for logits in tables) / h**2
    rounding += (np.abs(direction) * (product_bound(subject, case) + 8 * subject.unit_roundoff * damping)).sum()
    got = np.asarray((sides[0] + sides[1]) / h**2)
    bound = np.asarray(h**2 * (3 * span**4 / 64 + h * span**5 / 36).mean() + rounding)
    return Comparison(np.asarray(curvature), got, bound, "vᵀFv and the curvature of the divergence along v")


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"(F + cI)v - Fv = c v",
    sources=(TRPO,),
    rejects="damping-forgotten",
)
@np.errstate(invalid="ignore", over="ignore")
def damping_adds_its_multiple_of_the_vector(subject: Subject, case: FisherProduct) -> Comparison:
    """The damped product is the undamped one plus damping times the vector."""
    plain = replace(case, damping=0 * case.damping)
    (got,) = FISHER_VECTOR_PRODUCT.results(subject, case)
    (undamped,) = FISHER_VECTOR_PRODUCT.results(subject, plain)
    undamped = np.where(np.isfinite(undamped), undamped, 0.0)
    expected = exact(undamped) + case.damping * case.vector
    bound = product_bound(subject, case) + product_bound(subject, plain)
    bound = bound + subject.unit_roundoff * np.abs(undamped)
    return Comparison(got, expected, bound, "damped product and plain one plus damping times the vector")


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"s \notin \{s_1, \dots, s_B\} \;\Rightarrow\; \bigl((F + cI)v\bigr)(s, \cdot) = c\,v(s, \cdot)",
    sources=(KAKADE,),
    claims=("fisher-singular",),
    rejects="mean-over-all-states",
)
def unvisited_states_see_the_damping_alone(subject: Subject, case: FisherProduct) -> Comparison:
    """Where the batch has no row, the Fisher information is zero."""
    (got,) = FISHER_VECTOR_PRODUCT.results(subject, case)
    unvisited = np.setdiff1d(np.arange(len(got)), case.states)
    bound = product_bound(subject, case)[unvisited]
    expected = case.damping * case.vector[unvisited]
    return Comparison(got[unvisited], expected, bound, "product at unvisited states and damping times the vector")


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"B\,Fv = B_1 F_1 v + B_2 F_2 v",
    sources=(KAKADE,),
    rejects="states-counted-once",
    cases=partial(products, min_size=2),
)
def repeated_rows_count(subject: Subject, case: FisherProduct) -> Comparison:
    """A row counts as often as it stands in the batch: parts add up to the whole."""
    what = "product for the batch and for its halves"
    return whole_and_halves(FISHER_VECTOR_PRODUCT, product_bound, subject, case, what)


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"F(\theta + c_s) = F(\theta)",
    sources=(KAKADE,),
    claims=("softmax-linear-policy",),
    rejects="logits-clamped",
)
def logits_may_be_shifted(subject: Subject, case: FisherProduct) -> Comparison:
    """A constant added to all logits of a state leaves the policy, and so the product, alone."""
    shifted = replace(case, logits=case.logits + shifts(len(case.logits)))
    (got,) = FISHER_VECTOR_PRODUCT.results(subject, shifted)
    (before,) = FISHER_VECTOR_PRODUCT.results(subject, case)
    bound = product_bound(subject, case) + product_bound(subject, shifted)
    return Comparison(got, before, bound, "shifted logits and plain ones")


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"|\theta| \le 10^4:\quad \pi_s \to 1[a = a^*] \;\Rightarrow\; \operatorname{diag}\pi_s - \pi_s \pi_s^\top"
    r"\to 0",
    sources=(KAKADE,),
    claims=("fisher-singular",),
    rejects="softmax-without-a-shift",
    cases=partial(products, values=FAR),
)
def far_logits_do_no_harm(subject: Subject, case: FisherProduct) -> Comparison:
    """Logits beyond the range of the exponential, and policies that are all but certain, give the exact product."""
    (got,) = FISHER_VECTOR_PRODUCT.results(subject, case)
    return Comparison(got, exact_product(case), product_bound(subject, case), "product at far logits")


def divergence_error(subject: Subject, case: FisherProduct, logits: Array) -> float:
    """How far rounding may take a mean divergence: a row 4 ε (2 + Σₐ max(π, π') (|log π| + |log π'|)), larger ε."""
    old, new = floating_log_policy(case.logits), floating_log_policy(logits)
    size = (np.exp(np.maximum(old, new)) * (np.abs(old) + np.abs(new))).sum(axis=-1)
    error = np.maximum(log_prob_error(subject, case.logits), log_prob_error(subject, logits))
    error = error + subject.unit_roundoff * case.size
    return float((4 * error * (2 + size))[case.states].mean())
