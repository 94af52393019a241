"""The natural gradient step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, exact, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capabilities import NATURAL_GRADIENT_STEP
from .full_step import FullStep, Problem, candidates
from .invariances import invariances
from .strategies import TrustRegionBatch

__all__ = ["KAKADE_2001", "TRPO_2015", "best_fit", "dampings"]

KAKADE_2001 = "Kakade (2001), A natural policy gradient"
TRPO_2015 = "Schulman, Levine, Moritz, Jordan, Abbeel (2015), Trust region policy optimization"


@statement(
    NATURAL_GRADIENT_STEP,
    kind=Class.CONVENTION,
    formula=r"\theta' - \theta = \sqrt{2\delta / g^\top x}\; x, \quad (F + cI) x = g \pmod{\ker F}",
    sources=(f"{TRPO_2015}, appendix C", f"{KAKADE_2001}, section 2"),
    claims=("npg-argmax", "npg-halving-slip"),
    rejects="half-of-the-trust-region",
)
def is_the_natural_gradient_scaled_to_max_kl(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """The change of the logits, less its mean in each state, is the natural gradient of length √(2δ).

    The damping c is the one declared, or else the best fitting of 0, 10⁻⁵, 10⁻⁴, 10⁻³, 0.01 and 0.1.
    """
    problem = Problem(subject, case)
    got = problem.centred(step_of(subject, case))
    steps = candidates(problem)
    step = best_fit(problem, steps, got)
    what = f"change of the logits and natural gradient step with damping {step.damping}"
    fitting = [s for s in steps if Comparison(got, s.nearly, problem.bound(s), "").holds]
    return Comparison(got, problem.change(step), problem.bound(step), what, dampings(fitting))


@statement(
    NATURAL_GRADIENT_STEP,
    kind=Class.THEOREM,
    formula=r"\tfrac12 d^\top F d \le \delta",
    sources=(f"{TRPO_2015}, appendix C",),
    claims=("npg-argmax",),
    rejects="never-scaled",
)
def stays_inside_the_trust_region(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """Half the squared Fisher length of the change is at most max_kl, whatever the damping.

    The norm may be off by the E of the bound on the step: (√(2δ) + E)²/2.
    """
    problem = Problem(subject, case)
    got = problem.centred(step_of(subject, case))
    step = best_fit(problem, candidates(problem), got)
    excess = np.maximum(problem.norm(got) ** 2 / 2 - problem.max_kl, 0.0)
    off = problem.total_energy(step)
    bound = (np.sqrt(2 * problem.max_kl) + off) * off
    return Comparison(np.asarray(excess), np.zeros(()), np.asarray(bound), "½dᵀFd above max_kl and 0")


@statement(
    NATURAL_GRADIENT_STEP,
    kind=Class.DEFINITION,
    formula=r"g^\top d = \sqrt{2\delta\, g^\top F^+ g}, \quad \tfrac12 d^\top F d = \delta",
    sources=(f"{TRPO_2015}, appendix C", "Amari (1998), Natural gradient works efficiently in learning, theorem 1"),
    claims=("npg-argmax", "npg-exercise", "npg-lagrange"),
    rejects="half-of-the-trust-region",
)
def gains_the_most_and_uses_all_of_max_kl(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """The slope gᵀd is the largest that the trust region offers, and the constraint is active.

    With damping c both are those of the step that solves (F + c I) x = g. gᵀd is off by at most √(gᵀF⁺g) E and
    ½dᵀFd by (√(dᵀFd) + E/2) E, E the bound on the Fisher norm of the error.
    """
    problem = Problem(subject, case)
    got = problem.centred(step_of(subject, case))
    step = best_fit(problem, candidates(problem), got)
    off, right = problem.total_energy(step), problem.change(step)

    def both(change: Array) -> Array:
        return np.array([(problem.gradient * change).sum(), problem.norm(change) ** 2 / 2])

    bound = np.array([problem.slope_norm() * off, (problem.norm(right) + off / 2) * off])
    what = f"gᵀd and ½dᵀFd of the step and of the best one with damping {step.damping}"
    return Comparison(both(got), both(right), bound, what)


def step_of(subject: Subject, case: TrustRegionBatch) -> Array:
    """The new logits."""
    return NATURAL_GRADIENT_STEP.results(subject, case)[0]


def widest(problem: Problem) -> Array:
    """The largest bound on each entry of the step, over the dampings that may be in use."""
    return np.asarray(np.max([problem.bound(step) for step in candidates(problem)], axis=0))


def same_change(subject: Subject, case: TrustRegionBatch, other: TrustRegionBatch, what: str) -> Comparison:
    """The changes of two batches that mean the same."""
    one, two = Problem(subject, case), Problem(subject, other)
    got, expected = two.centred(step_of(subject, other)), one.centred(step_of(subject, case))
    return Comparison(got, expected, widest(one) + widest(two), what)


INVARIANCES = invariances(
    NATURAL_GRADIENT_STEP,
    same_change,
    still="the seam: with g = 0 the policy stays",
    unit=f"{KAKADE_2001}, section 2",
    means="Gradient and Fisher matrix are means: every row twice changes neither.",
    constant=f"{KAKADE_2001}, section 3: the step depends on π alone",
)


@statement(
    NATURAL_GRADIENT_STEP,
    kind=Class.THEOREM,
    formula=r"d(4\delta) = 2\, d(\delta)",
    sources=(f"{TRPO_2015}, appendix C",),
    claims=("npg-argmax",),
    rejects="never-scaled",
)
def four_times_max_kl_is_twice_the_step(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """The step is as long as the square root of max_kl."""
    small = replace(case, max_kl=exact(min(floating(case.max_kl).item(), 2.0)).item())
    large = replace(small, max_kl=4 * small.max_kl)
    problem, wide = Problem(subject, small), Problem(subject, large)
    once, twofold = problem.centred(step_of(subject, small)), wide.centred(step_of(subject, large))
    bound = 2 * widest(problem) + widest(wide)
    return Comparison(twofold, 2 * once, bound, "step for 4 max_kl and twice the step for max_kl")


def dampings(steps: list[FullStep]) -> dict[str, tuple[float, ...]]:
    """The dampings of some steps, for a verdict."""
    return {"damping": tuple(float(floating(step.damping)) for step in steps)}


def best_fit(problem: Problem, steps: list[FullStep], got: Array) -> FullStep:
    """The step that comes nearest to a centred change, in units of its bound; the first of equals."""

    def misfit(step: FullStep) -> float:
        ratio = Comparison(got, step.nearly, problem.bound(step), "").ratio
        return ratio if np.isfinite(problem.bound(step)[problem.visited]).all() else max(ratio, 1.0)

    return min(steps, key=misfit)
