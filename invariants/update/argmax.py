"""The natural gradient step as the argmax of an implementation's own quadratic model."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from ..tables import log_prob_error
from .capabilities import NATURAL_GRADIENT_STEP
from .full_step import FullStep, Problem, candidates
from .natural import KAKADE_2001, TRPO_2015, best_fit
from .strategies import TrustRegionBatch

__all__: list[str] = []


@statement(
    NATURAL_GRADIENT_STEP,
    kind=Class.THEOREM,
    formula=r"d = \operatorname*{argmax}_{\frac12 d^\top (F + cI) d \le \delta} g^\top d \;\Rightarrow\;"
    r" g = \frac{g^\top d}{2\delta} (F + cI) d,\; g^\top d \ge 0",
    sources=(f"{TRPO_2015}, appendix C", f"{KAKADE_2001}, section 2"),
    claims=("npg-argmax", "npg-lagrange"),
    rejects="half-of-the-trust-region",
    needs=("policy_gradient", "fisher_vector_product"),
)
def is_stationary_for_its_own_gradient_and_fisher_products(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """The step meets Lagrange's condition with the implementation's own gradient and Fisher-vector product; gᵀd ≥ 0.

    The damping c is the one declared, or else the best fitting of those in use. With E the bound on the Fisher norm
    of the error of d, and e(s, a) that on its entries, F d is off by at most √(w π) E, c d by c e, and gᵀd by
    √(gᵀF⁺g) E; the product itself by (6ε + 2u (B + 2A + 8)) w π (|v| + πᵀ|v|) + 4u c |v|, and g by
    (2ε + 2u (B + 4)) T, T(s, b) = B⁻¹ Σ_{i: sᵢ=s} |Âᵢ| (1[aᵢ=b] + π(b|s)).
    """
    problem = Problem(subject, case)
    columns = case.logits, case.states, case.actions, case.advantages
    own = subject.call("policy_gradient", *columns, shape=case.logits.shape)
    (new,) = NATURAL_GRADIENT_STEP.results(subject, case)
    with np.errstate(invalid="ignore", over="ignore"):
        change = np.where(problem.visited[:, None], new - problem.logits, 0.0)
        change = (change - change.mean(axis=-1, keepdims=True)).astype(subject.dtype).astype(np.float64)
    return _condition(problem, best_fit(problem, candidates(problem), problem.centred(new)), own, change)


@np.errstate(invalid="ignore", over="ignore")
def _condition(problem: Problem, step: FullStep, own: Array, change: Array) -> Comparison:
    subject, case, damping = problem.subject, problem.case, float(floating(step.damping))
    what = f"gᵀd/2δ (F + {damping:g} I) d and g; min(gᵀd, 0) and 0"
    if not (np.isfinite(change).all() and np.isfinite(step.energy)):
        bound = np.full(own.shape, np.inf if np.isfinite(change).all() else 0.0)
        return Comparison(change, np.zeros(own.shape), bound, what)  # nothing is known, or something is no number
    shape = case.logits.shape
    product = subject.call("fisher_vector_product", case.logits, case.states, change, damping=damping, shape=shape)
    slope, twice = float((own * change).sum()), 2 * problem.max_kl
    off = problem.total_energy(step)
    slope_error = problem.slope_norm() * off + float((_gradient_error(problem) * np.abs(change)).sum())
    product_error = (
        np.sqrt(problem.mass) * off + damping * problem.bound(step) + _product_error(problem, change, damping)
    )
    bound = (slope_error * np.abs(product) + (abs(slope) + slope_error) * product_error) / twice
    bound = np.where(problem.visited[:, None], bound + _gradient_error(problem), np.inf)
    got, right = slope / twice * product, np.append(own, 0.0)
    return Comparison(np.append(got, min(slope, 0.0)), right, np.append(bound, slope_error), what)


def _gradient_error(problem: Problem) -> Array:
    error = log_prob_error(problem.subject, problem.case.logits)[:, None]
    relative = 2 * error + 2 * problem.subject.unit_roundoff * (problem.case.size + 4)
    return np.asarray(relative * problem.gradient_magnitude)


def _product_error(problem: Problem, vector: Array, damping: float) -> Array:
    unit, size = problem.subject.unit_roundoff, np.abs(vector)
    relative = 6 * log_prob_error(problem.subject, problem.case.logits)
    relative = relative + 2 * unit * (problem.case.size + 2 * vector.shape[1] + 8)
    magnitude = problem.mass * (size + (problem.policy * size).sum(axis=-1, keepdims=True))
    return np.asarray(relative[:, None] * magnitude + 4 * unit * damping * size)
