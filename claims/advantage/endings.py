"""A time limit is not a termination: what calling it one costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...invariants.advantage.strategies import Trajectories, trajectories
from ...reference.advantage_estimation import (
    generalized_advantage_estimation,
    lambda_returns,
    td_errors,
)
from ...reference.arithmetic import Array, exact
from ..evidence import Counterexample, counterexample, identity

SHORT = trajectories(max_steps=6, max_environments=2)


def lost_bootstraps(case: Trajectories) -> Array:
    """V(s_end) of the time limit that ends the episode of step t, discounted by γ(γλ)ᵏ from k steps later; else 0."""
    lost, following = np.empty_like(case.rewards), 0 * case.rewards[0]
    for t in reversed(range(len(case.rewards))):
        limit = case.truncated[t] & ~case.terminated[t]
        here = np.where(limit, case.gamma * case.next_values[t], 0 * following)
        following = np.where(case.ended[t], here, case.gamma * case.lam * following)
        lost[t] = following
    return lost


def as_terminations(case: Trajectories) -> Trajectories:
    """The same trajectories with every time limit flagged done."""
    return replace(case, terminated=case.ended)


@identity("gae-time-limit-done", cases=SHORT)
def flagging_a_time_limit_done_loses_the_bootstrap(case: Trajectories) -> tuple[Array, Array]:
    """Â_t(limit as done) − Â_t = −γ (γλ)ᵏ V(s_end), k steps before the limit: −γV(s_end) at the limit itself."""
    done = generalized_advantage_estimation(*as_terminations(case).batch, **case.factors)
    return done - generalized_advantage_estimation(*case.batch, **case.factors), -lost_bootstraps(case)


@identity("truncation-bootstrapping", cases=SHORT)
def targets_lose_the_discounted_value(case: Trajectories) -> tuple[Array, Array]:
    """At λ = 1 the target y_t = Â_t + V(s_t) moves by −γᵀ⁻ᵗ V(s_T) where a limit after step T−1 counts as done."""
    case = replace(case, lam=case.lam**0)
    done = lambda_returns(*as_terminations(case).batch, **case.factors)
    return done - lambda_returns(*case.batch, **case.factors), -lost_bootstraps(case)


@counterexample("gae-time-limit-done", "truncation-bootstrapping")
def a_loop_cut_by_a_time_limit() -> Counterexample:
    """In a loop with V right the residual is 0; flagged done it is −1, and V is pulled away from the truth."""
    one, two, half = exact([1]), exact([2]), exact("1/2").item()
    yes, no = np.array([True]), np.array([False])
    return Counterexample(
        "one state that loops, r = 1, γ = 1/2, V = 2, cut by a time limit after one step",
        ("δ with done = 1", td_errors(one, two, two, yes, gamma=half)[0]),
        "<",
        ("δ", td_errors(one, two, two, no, gamma=half)[0]),
    )
