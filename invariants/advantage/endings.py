"""Termination, truncation, both at once, and what lies beyond an ending."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation, td_errors
from ...reference.arithmetic import exact
from ..comparison import Comparison
from ..invariant import Class
from .estimator import SUTTON_BARTO_2018, TIME_LIMITS_2018, Estimate, statement
from .strategies import Trajectories, trajectories

FAR = exact(1000).item()


@statement(
    kind=Class.DEFINITION,
    formula=r"\text{terminated}_t:\quad \hat A_t = r_t - V(s_t)",
    sources=(f"{SUTTON_BARTO_2018}, section 3.4",),
    claims=("gae-recursion-done", "psi-1step"),
    rejects="bootstrap-at-termination",
)
def termination_bootstraps_from_nothing(estimate: Estimate, case: Trajectories) -> Comparison:
    """A terminated step is worth its reward alone, whatever value the critic gives the terminal state."""
    got, expected = estimate(case), estimate.of(case.rewards - case.values, case)
    where = case.terminated
    return Comparison(got[where], expected[where], estimate.bound(case)[where], "terminated steps and r − V")


@statement(
    kind=Class.DEFINITION,
    formula=r"\text{truncated}_t:\quad \hat A_t = r_t + \gamma V(s_{t+1}) - V(s_t)",
    sources=(f"{TIME_LIMITS_2018}, section 3", f"{SUTTON_BARTO_2018}, section 3.4"),
    claims=("gae-time-limit-done", "truncation-bootstrapping"),
    rejects="time-limit-as-termination",
)
def truncation_bootstraps_from_final_state(estimate: Estimate, case: Trajectories) -> Comparison:
    """A step cut by a time limit still leads somewhere: V of the state reached before the reset counts."""
    got = estimate(case)
    errors = td_errors(case.rewards, case.values, case.next_values, case.terminated, gamma=case.gamma)
    where = case.truncated & ~case.terminated
    expected, bound = estimate.of(errors, case), estimate.bound(case)
    return Comparison(got[where], expected[where], bound[where], "truncated steps and TD error with V(final)")


@statement(
    kind=Class.DEFINITION,
    formula=r"\text{terminated}_t \wedge \text{truncated}_t \;\Rightarrow\; \hat A_t = r_t - V(s_t)",
    sources=(f"{TIME_LIMITS_2018}, section 3",),
    claims=("gae-time-limit-done",),
    rejects="both-flags-bootstrap",
)
def termination_wins_over_truncation(estimate: Estimate, case: Trajectories) -> Comparison:
    """A step that carries both flags is a termination."""
    both = replace(case, truncated=case.ended, terminated=case.ended)
    alone = replace(both, truncated=np.zeros_like(case.truncated))
    right = generalized_advantage_estimation(*alone.batch, **alone.factors)
    return estimate.against(right, both, "both flags and terminated alone")


@statement(
    kind=Class.THEOREM,
    formula=r"\hat A_t \text{ depends on } r_k, V_k \text{ only for } t \le k \le \text{end of the episode of } t",
    sources=(f"{TIME_LIMITS_2018}, section 3",),
    claims=("gae-recursion-done",),
    rejects="recursion-never-cut",
)
def episodes_are_independent(estimate: Estimate, case: Trajectories) -> Comparison:
    """Nothing leaks across an ending: changing all later episodes leaves an episode's estimates alone."""
    later = np.zeros_like(case.ended)
    later[1:] = np.logical_or.accumulate(case.ended, axis=0)[:-1]
    shift = np.where(later, FAR, 0 * FAR)
    changed = replace(
        case,
        rewards=case.rewards + shift,
        values=case.values - shift,
        next_values=case.next_values - shift,
    )
    got, before = estimate(changed), estimate(case)
    first = ~later
    bound = 2 * estimate.bound(case)[first]
    return Comparison(got[first], before[first], bound, "first episode before and after changing later ones")


@statement(
    kind=Class.THEOREM,
    formula=r"\hat A(\tau_1 \oplus \tau_2) = \hat A(\tau_1) \oplus \hat A(\tau_2) \text{ where } \tau_1 \text{ ends}",
    sources=(f"{TIME_LIMITS_2018}, section 3",),
    claims=("gae-recursion-done",),
    rejects="recursion-never-cut",
    cases=lambda dtype: trajectories(dtype, max_environments=1),
)
def splitting_at_an_ending_changes_nothing(estimate: Estimate, case: Trajectories) -> Comparison:
    """Episodes estimated one by one and together agree."""
    cuts = [0, *(np.flatnonzero(case.ended[:-1, 0]) + 1).tolist(), len(case.rewards)]
    pieces = [case.part(slice(start, stop)) for start, stop in pairwise(cuts)]
    apart = np.concatenate([estimate(piece) for piece in pieces])
    return Comparison(estimate(case), apart, 2 * estimate.bound(case), "episodes together and one by one")
