from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policyproof.claims.advantage.estimators import float_bound
from policyproof.invariants.advantage.strategies import Trajectories, trajectories
from policyproof.reference.advantage_estimation import (
    generalized_advantage_estimation,
    infinite_weighted_average,
    lambda_returns,
    n_step_advantage,
    td_error_sum,
    td_errors,
    weighted_average,
)
from policyproof.reference.arithmetic import Arithmetic, ball, exact, floating

FORMS = (generalized_advantage_estimation, td_error_sum, weighted_average)
brief = settings(max_examples=40, deadline=None)


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in np.asarray(boxes - numbers).flat)


def trajectory(rewards, values, last, *, terminated=(), truncated=(), gamma="1/2", lam="1/2"):
    steps = len(rewards)
    flags = [np.isin(np.arange(steps), ends)[:, None] for ends in (terminated, truncated)]
    values = exact(values)[:, None]
    following = np.concatenate([values[1:], exact([[last]])])
    return Trajectories(exact(rewards)[:, None], values, following, *flags, exact(gamma).item(), exact(lam).item())


def estimates(case):
    first, *others = [form(*case.batch, **case.factors) for form in FORMS]
    assert all((first == other).all() for other in others)
    return first[:, 0].tolist()


@brief
@given(trajectories(max_steps=6, max_environments=2))
def test_three_forms_agree_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    limit = float_bound(rounded)
    truth = td_error_sum(*case.batch, **case.factors)
    for form in FORMS:
        assert (form(*case.batch, **case.factors) == truth).all()
        error = floating(abs(exact(form(*rounded.batch, **rounded.factors)) - truth))
        assert (error <= limit).all()
        assert encloses(form(*enclosed.batch, **enclosed.factors), truth)


@brief
@given(trajectories(max_steps=4, max_environments=1), st.integers(0, 12))
def test_infinite_average_is_its_partial_sum_and_a_tail(case, more):
    """What n > N can add is at most λᴺ sup |Ψ₍ₙ₎|, and |Ψ₍ₙ₎| ≤ |Ψ₍N₎| + |drift| γᴺ/(1−γ)."""
    gamma, lam = case.gamma / 2, case.lam / 2
    rewards, values = case.rewards[:, 0], case.values[:, 0]
    last_reward, last_value = rewards[-1], case.next_values[-1, 0]
    n_max = len(rewards) + more
    rewards_on = np.append(rewards, exact([last_reward] * more))
    values_on = np.append(values, exact([last_value] * (more + 1)))
    never = np.zeros(n_max, dtype=bool)
    known = [
        n_step_advantage(rewards_on, values_on[:-1], values_on[1:], never, never, n=n, gamma=gamma)[0]
        for n in range(1, n_max + 1)
    ]
    partial = sum((1 - lam) * lam ** (n - 1) * estimate for n, estimate in enumerate(known, start=1))
    drift = last_reward + gamma * last_value - last_value
    largest_beyond = abs(known[-1]) + abs(drift) * gamma**n_max / (1 - gamma)
    whole = infinite_weighted_average(rewards, values, last_reward, last_value, gamma=gamma, lam=lam)
    assert abs(whole - partial) <= lam**n_max * largest_beyond


def test_infinite_average_of_nothing_known_is_one_geometric_series():
    nothing, half = exact([]), exact("1/2").item()
    whole = infinite_weighted_average(nothing, nothing, exact(3).item(), exact(2).item(), gamma=half, lam=half)
    assert whole == exact("8/3").item()


@pytest.mark.parametrize(("gamma", "lam"), [("1", "1/2"), ("1/2", "1")])
def test_infinite_average_refuses_a_series_without_a_sum(gamma, lam):
    one = exact([1])
    with pytest.raises(ValueError, match=r"= 1 is outside \[0, 1\)"):
        infinite_weighted_average(one, one, one[0], one[0], gamma=exact(gamma).item(), lam=exact(lam).item())


def test_by_hand_without_an_ending():
    # δ = (1 + 2/2 − 1, 2 + 3/2 − 2, 3 + 4/2 − 3) = (1, 3/2, 2); γλ = 1/4
    case = trajectory([1, 2, 3], [1, 2, 3], last=4)
    assert estimates(case) == exact(["3/2", "2", "2"]).tolist()
    assert lambda_returns(*case.batch, **case.factors)[:, 0].tolist() == exact(["5/2", "4", "5"]).tolist()


def test_by_hand_with_a_termination_in_the_middle():
    # δ₁ = 2 − 2 = 0 does not look at V = 3, nor does anything pass from step 2
    assert estimates(trajectory([1, 2, 3], [1, 2, 3], last=4, terminated=[1])) == exact([1, 0, 2]).tolist()


def test_by_hand_with_a_time_limit_in_the_middle():
    # δ₁ = 2 + 3/2 − 2 looks at V = 3 of the state reached, but nothing passes from step 2
    assert estimates(trajectory([1, 2, 3], [1, 2, 3], last=4, truncated=[1])) == exact(["11/8", "3/2", "2"]).tolist()


def test_termination_wins_over_truncation():
    both = trajectory([1, 2, 3], [1, 2, 3], last=4, terminated=[1], truncated=[1])
    assert estimates(both) == estimates(trajectory([1, 2, 3], [1, 2, 3], last=4, terminated=[1]))


@pytest.mark.parametrize("flags", [{"terminated": [2]}, {"truncated": [2]}, {"terminated": [2], "truncated": [2]}])
def test_a_flag_on_the_last_step_decides_its_bootstrap_alone(flags):
    last = estimates(trajectory([1, 2, 3], [1, 2, 3], last=4, **flags))[-1]
    assert last == (exact(0).item() if "terminated" in flags else exact(2).item())


def test_time_limit_example_of_pardo():
    """A task without end that pays 1 a step, played in episodes of T = 3 steps, γ = 1/2, so V = 2.

    With V right and the limit bootstrapped nothing is left to learn; flagged as a termination, the targets are those
    of a task that stops: 7/4, 3/2, 1. Pardo et al. (2018), section 3.
    """
    limit = trajectory([1, 1, 1], [2, 2, 2], last=2, truncated=[2], lam="1")
    assert estimates(limit) == [0, 0, 0]
    assert lambda_returns(*limit.batch, **limit.factors)[:, 0].tolist() == [2, 2, 2]
    stops = replace(limit, terminated=limit.truncated)
    assert lambda_returns(*stops.batch, **stops.factors)[:, 0].tolist() == exact(["7/4", "3/2", "1"]).tolist()


@brief
@given(trajectories(max_steps=6, max_environments=1))
def test_episodes_are_estimated_as_if_alone(case):
    together = td_error_sum(*case.batch, **case.factors)
    cuts = [0, *(np.flatnonzero(case.ended[:-1, 0]) + 1).tolist(), len(case.rewards)]
    for start, stop in pairwise(cuts):
        alone = weighted_average(*case.part(slice(start, stop)).batch, **case.factors)
        assert (together[start:stop] == alone).all()


@brief
@given(trajectories(max_steps=5, max_environments=2))
def test_value_of_a_terminal_state_is_never_read(case):
    moved = replace(case, next_values=np.where(case.terminated, case.next_values + 1000, case.next_values))
    for form in FORMS:
        assert (form(*case.batch, **case.factors) == form(*moved.batch, **moved.factors)).all()


def test_n_steps_are_at_least_one():
    case = trajectory([1], [0], last=0)
    with pytest.raises(ValueError, match="n is 0"):
        n_step_advantage(*case.batch, n=0, gamma=case.gamma)


def test_td_errors_of_balls_and_floats_are_those_of_rationals():
    case = trajectory(["1/2", "-3/4"], [1, 2], last=5, terminated=[1])
    truth = td_errors(*case.batch[:4], gamma=case.gamma)
    rounded = case.to(Arithmetic.FLOAT)
    assert (exact(td_errors(*rounded.batch[:4], gamma=rounded.gamma)) == truth).all()
    boxes = td_errors(*(ball(part) for part in case.batch[:3]), case.terminated, gamma=ball(case.gamma).item())
    assert (boxes == truth).all()
