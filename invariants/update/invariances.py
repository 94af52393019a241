"""What changes neither a natural gradient step nor TRPO's, and where both stay put."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from ...reference.arithmetic import Array
from ..capability import Capability
from ..comparison import Comparison
from ..invariant import Class, Invariant, statement
from ..subject import Subject
from .full_step import Problem
from .strategies import TrustRegionBatch, shifted, twice

__all__ = ["invariances"]


def invariances(
    capability: Capability,
    same_change: Callable[[Subject, TrustRegionBatch, TrustRegionBatch, str], Comparison],
    *,
    still: str,
    still_claims: tuple[str, ...] = (),
    unit: str,
    means: str,
    constant: str,
) -> tuple[Invariant, ...]:
    """Make six invariants of one of the two methods.

    ``same_change`` compares the changes of two batches that mean the same. ``still``, ``unit`` and ``constant`` are
    sources: of no step without an advantage, of the unit of advantages, and of a constant in the logits; ``means`` says
    why a batch twice over is the same batch.
    """
    theorem = partial(statement, capability, kind=Class.THEOREM)

    def new(subject: Subject, case: TrustRegionBatch) -> Array:
        return capability.results(subject, case)[0]

    @statement(
        capability,
        kind=Class.DEFINITION,
        formula=r"\hat A = 0 \;\Rightarrow\; \pi_{\theta'} = \pi_\theta",
        sources=(still,),
        claims=still_claims,
        rejects="no-guard-for-a-zero-gradient",
    )
    def stays_where_all_advantages_are_zero(subject: Subject, case: TrustRegionBatch) -> Comparison:
        """Without an advantage there is no direction, and 0/0 is no step."""
        case = replace(case, advantages=0 * case.advantages)
        return _nothing(Problem(subject, case), new(subject, case))

    @theorem(
        formula=r"s \notin \{s_i\} \;\Rightarrow\; \theta'(s, \cdot) = \theta(s, \cdot)",
        sources=("the seam: unvisited rows stay put",),
        claims=("trpo-procedure",),
        rejects="every-state-takes-the-mean-step",
    )
    def unvisited_states_stay_put(subject: Subject, case: TrustRegionBatch) -> Comparison:
        """A state that no row of the batch visits keeps its policy."""
        return _unvisited(Problem(subject, case), new(subject, case))

    @theorem(
        formula=r"\theta'(c \hat A) = \theta'(\hat A), \quad c > 0",
        sources=(unit,),
        claims=("npg-scale-invariance",),
        rejects="never-scaled",
    )
    def the_unit_of_advantages_does_not_matter(subject: Subject, case: TrustRegionBatch) -> Comparison:
        """Advantages three times as large give the same step."""
        other = replace(case, advantages=3 * case.advantages)
        return same_change(subject, case, other, "steps for advantages and for 3 times them")

    @theorem(
        formula=r"\theta'(x_\sigma) = \theta'(x)",
        sources=("the batch is a set of samples",),
        rejects="last-row-left-out",
    )
    def rows_may_stand_in_any_order(subject: Subject, case: TrustRegionBatch) -> Comparison:
        """Turning the batch round changes nothing."""
        other = case.rows(slice(None, None, -1))
        return same_change(subject, case, other, "steps for the batch and the batch turned round")

    @theorem(
        formula=r"\theta'(x \cup x) = \theta'(x)",
        sources=("expectations are means over the rows, repetitions counted",),
        rejects="last-row-left-out",
    )
    def a_batch_twice_over_is_the_same_batch(subject: Subject, case: TrustRegionBatch) -> Comparison:
        """Every row twice changes nothing."""
        return same_change(subject, case, case.rows(twice(case.size)), "steps for the batch and the batch twice over")

    @theorem(
        formula=r"\theta \mapsto \theta + c(s):\quad \theta' - \theta \text{ unchanged}",
        sources=(constant,),
        claims=("npg-reparam-invariance",),
        rejects="logits-for-log-probabilities",
    )
    def a_constant_in_the_logits_of_a_state_does_not_matter(subject: Subject, case: TrustRegionBatch) -> Comparison:
        """Logits that mean the same policy get the same change."""
        other = replace(case, logits=shifted(case.logits))
        return same_change(subject, case, other, "changes of logits and of logits with another constant a state")

    return (
        stays_where_all_advantages_are_zero,
        unvisited_states_stay_put,
        the_unit_of_advantages_does_not_matter,
        rows_may_stand_in_any_order,
        replace(a_batch_twice_over_is_the_same_batch, statement=means),
        a_constant_in_the_logits_of_a_state_does_not_matter,
    )


def _nothing(problem: Problem, new: Array) -> Comparison:
    """A policy that has not moved, beyond the rounding of its logits: 8u maxₐ|θ|."""
    got = problem.centred(new)
    largest = np.abs(problem.logits).max(axis=-1, keepdims=True)
    bound = np.broadcast_to(8 * problem.subject.unit_roundoff * largest, got.shape)
    return Comparison(got, np.zeros(got.shape), bound, "change of the policy and none")


def _unvisited(problem: Problem, new: Array) -> Comparison:
    """The logits of states that no row visits, from the first action's on, before and after.

    A solver of the whole table may leave n u of its largest entry there, and θ' is rounded.
    """
    rows, logits = ~problem.visited, problem.logits
    with np.errstate(invalid="ignore"):
        got, moved = new[rows] - new[rows][:, :1], np.abs(new - logits).max(initial=0.0, where=np.isfinite(new))
    expected = logits[rows] - logits[rows][:, :1]
    unit = problem.subject.unit_roundoff
    bound = unit * (8 * np.abs(logits[rows]).max(axis=-1, keepdims=True) + 8 * logits.size * min(moved, 1e4))
    return Comparison(got, expected, np.broadcast_to(bound, got.shape), "logits of unvisited states after and before")
