"""The step of trust region policy optimisation: the natural gradient step, shortened until it is acceptable."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capabilities import TRPO_STEP
from .full_step import FullStep, Problem, candidates
from .invariances import invariances
from .natural import TRPO_2015, dampings
from .strategies import TrustRegionBatch, overshoots
from .trials import at_change, at_scale, slope

__all__: list[str] = []

HALF = (0.5, 0.4, 0.3, 0.2, 0.1, 0.05)
"""Scales at or below one half: a search that tries none of the kind is no search."""


@statement(
    TRPO_STEP,
    kind=Class.THEOREM,
    formula=r"\frac1B \sum_i KL(\pi_\theta(\cdot|s_i) \,\|\, \pi_{\theta'}(\cdot|s_i)) \le \delta",
    sources=(f"{TRPO_2015}, eq. 12 and appendix C",),
    claims=("trpo-line-search", "trpo-procedure"),
    rejects="the-search-is-ignored",
    cases=overshoots,
)
def mean_divergence_stays_within_max_kl(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """The mean divergence of the new policy from the old one, over the rows of the batch, is at most max_kl."""
    problem, new = Problem(subject, case), step_of(subject, case)
    if not np.isfinite(new).all():
        return Comparison(new, np.zeros(new.shape), np.zeros(new.shape), "new logits and finite ones")
    seen = at_change(problem, new)
    excess = np.maximum(seen.divergence - problem.max_kl, 0.0)
    bound = np.asarray(seen.divergence_error)
    return Comparison(np.asarray(excess), np.zeros(()), bound, "mean KL(old ‖ new) above max_kl and 0")


@statement(
    TRPO_STEP,
    kind=Class.THEOREM,
    formula=r"\frac1B \sum_i \frac{\pi_{\theta'}(a_i|s_i)}{\pi_\theta(a_i|s_i)} \hat A_i \ge \frac1B \sum_i \hat A_i",
    sources=(f"{TRPO_2015}, appendix C",),
    claims=("trpo-line-search", "trpo-line-search-not-monotone"),
    rejects="step-descends",
)
def surrogate_is_not_worse(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """The new policy's surrogate is at least that of the old one."""
    problem, new = Problem(subject, case), step_of(subject, case)
    if not np.isfinite(new).all():
        return Comparison(new, np.zeros(new.shape), np.zeros(new.shape), "new logits and finite ones")
    seen = at_change(problem, new)
    loss = np.asarray(np.maximum(-seen.gain, 0.0))
    return Comparison(loss, np.zeros(()), np.asarray(seen.gain_error), "fall of the surrogate and 0")


@statement(
    TRPO_STEP,
    kind=Class.CONVENTION,
    formula=r"\theta' - \theta = t \sqrt{2\delta / g^\top x}\; x, \quad (F + cI) x = g,\; 0 \le t \le 1 \pmod{\ker F}",
    sources=(f"{TRPO_2015}, appendix C",),
    claims=("npg-argmax", "npg-halving-slip", "trpo-procedure"),
    rejects="fisher-of-a-policy-with-itself",
)
def goes_along_the_natural_gradient_and_no_farther(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """The change of the logits is the full natural gradient step times a number from 0 to 1.

    The damping c is the one declared, or else the best fitting of 0, 10⁻⁵, 10⁻⁴, 10⁻³, 0.01 and 0.1.
    """
    problem = Problem(subject, case)
    got = problem.centred(step_of(subject, case))
    found = multiples(problem, got)
    step, scale = found[0]
    what = f"change of the logits and {scale:.6g} times the natural gradient step with damping {step.damping}"
    fitting = dampings([step for step, _ in found])
    return Comparison(got, scale * problem.change(step), problem.bound(step, scale), what, fitting)


@statement(
    TRPO_STEP,
    kind=Class.CONVENTION,
    formula=r"\theta' - \theta = \beta^j \eta x,\quad j \text{ the least with } \overline{KL} \le \delta,\; "
    r"L(\theta') \ge L(\theta)",
    sources=(f"{TRPO_2015}, appendix C",),
    claims=("trpo-line-search", "trpo-line-search-003", "trpo-procedure"),
    rejects="half-of-the-trust-region",
)
def acceptable_trials_are_not_refused(subject: Subject, case: TrustRegionBatch) -> Comparison:
    """The first trial that both conditions accept is taken: the full step, if they accept that.

    With β and the number of trials declared, the search is replayed, and trials that rounding leaves undecided may go
    either way. Undeclared, a step shorter than the full one is wrong where the full one is acceptable by a margin; and
    no step at all, where that holds of every scale up to ½. To be acceptable by a margin a trial gains more than a
    tenth of what its slope promises, below which some searches refuse it.
    """
    problem = Problem(subject, case)
    got = problem.centred(step_of(subject, case))
    comparisons = (_allowed(problem, got, step, scale) for step, scale in multiples(problem, got))
    best: Comparison | None = None
    for found in comparisons:
        if best is None or found.ratio < best.ratio:
            best = found
        if best.holds:
            break
    assert best is not None
    return best


def step_of(subject: Subject, case: TrustRegionBatch) -> Array:
    """The new logits."""
    return TRPO_STEP.results(subject, case)[0]


def multiples(problem: Problem, got: Array) -> list[tuple[FullStep, float]]:
    """The full step of each damping and the multiple of it, from 0 to 1, that is nearest to a change; the best first.

    Those that miss by more than their bound are left out, but for the best.
    """
    found = []
    for step in candidates(problem):
        squared = problem.norm(step.nearly) ** 2
        share = (problem.mass * got * step.nearly).sum() / squared if squared > 0 else 0.0
        scale = float(np.clip(share, 0.0, 1.0)) if np.isfinite(share) else 0.0
        bound = problem.bound(step, scale)
        ratio = Comparison(got, scale * step.nearly, bound, "").ratio
        found.append((ratio if np.isfinite(bound).all() else max(ratio, 1.0), step, scale))
    found.sort(key=lambda entry: entry[0])
    return [(step, scale) for ratio, step, scale in found if ratio <= max(1.0, found[0][0])]


def _allowed(problem: Problem, got: Array, step: FullStep, scale: float) -> Comparison:
    """A change beside the nearest multiple of a step at which a search may end."""
    scales = _possible(problem, step)
    if scales is None:
        scales = [scale] if _may_be(problem, step, scale) else [1.0] if _fits(problem, step, 1.0) else [0.5]
    nearest = min(scales, key=lambda possible: abs(possible - scale))
    bound = problem.bound(step, max(nearest, scale))
    what = f"change of the logits and first acceptable trial with damping {step.damping}"
    return Comparison(got, nearest * problem.change(step), bound, what)


def _fits(problem: Problem, step: FullStep, scale: float) -> bool:
    """Whether a trial is acceptable by a margin."""
    return at_scale(problem, step, scale).fits(problem.max_kl, scale * slope(problem, step) / 10)


def _may_be(problem: Problem, step: FullStep, scale: float) -> bool:
    """Whether a search whose β and number of trials are unknown may end at this scale."""
    if problem.still or abs(scale - 1) * problem.norm(step.nearly) <= problem.total_energy(step):
        return True
    if _fits(problem, step, 1.0):
        return False
    if scale * problem.norm(step.nearly) > problem.total_energy(step, 0.0):
        return True
    return not all(_fits(problem, step, trial) for trial in HALF)


def _possible(problem: Problem, step: FullStep) -> list[float] | None:
    """The scales at which a search with the declared β may end, rounding considered; None where β is not declared."""
    factor = problem.subject.conventions.get("backtrack_factor")
    if factor is None:
        return None
    steps = problem.subject.conventions.get("backtrack_steps")
    scales: list[float] = []
    for j in range(60 if steps is None else steps + 1):
        scale = factor**j
        if not problem.still and at_scale(problem, step, scale).may_fit(problem.max_kl):
            scales.append(scale)
        if _fits(problem, step, scale) and (steps is None or j < max(steps, 1)):
            return scales
    return [*scales, 0.0]


def same_change(subject: Subject, case: TrustRegionBatch, other: TrustRegionBatch, what: str) -> Comparison:
    """The changes of two batches that mean the same; where both are of different lengths, one trial was close.

    The longer of two different steps passed in one search and failed in the other, which came by it: so it must be one
    that rounding leaves undecided. Then nothing is asked for.
    """
    one, two = Problem(subject, case), Problem(subject, other)
    got, expected = two.centred(step_of(subject, other)), one.centred(step_of(subject, case))
    bound = np.max([one.bound(step) + two.bound(step) for step in candidates(one)], axis=0)
    found = Comparison(got, expected, bound, what)
    if found.holds or not np.isfinite(got).all():
        return found
    longer = max((expected, got), key=one.norm)
    for step, scale in multiples(one, longer):
        seen = at_scale(one, step, scale)
        if seen.may_fit(one.max_kl) and not _fits(one, step, scale):
            return Comparison(got, expected, np.full(got.shape, np.inf), what)
    return found


INVARIANCES = invariances(
    TRPO_STEP,
    same_change,
    still="the seam: unchanged policy where no trial is accepted",
    still_claims=("trpo-line-search",),
    unit=f"{TRPO_2015}, appendix C",
    means="Gradient, Fisher matrix, divergence and surrogate are means: every row twice changes none of them.",
    constant=f"{TRPO_2015}: all that is optimised depends on π alone",
)
