from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policyproof.claims.advantage.cases import Critic, critics, gae_by_enumeration, n_step_by_enumeration
from policyproof.invariants.mdps import OnePolicy, one_policy
from policyproof.reference.advantage_estimation import (
    average_weights,
    bias_bound,
    bias_factor,
    enumerate_rollouts,
    estimate_mean,
    estimate_variance,
)
from policyproof.reference.arithmetic import Arithmetic, exact, floating
from policyproof.reference.policy_evaluation import action_values, state_values
from policyproof.reference.tabular_mdp import InvalidPolicyError, TabularMDP

EPSILON = 2.0**-52
brief = settings(max_examples=40, deadline=None)


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in np.asarray(boxes - numbers).flat)


@brief
@given(critics())
def test_moments_are_those_of_all_rollouts(case):
    choice = {"lam": case.lam, "steps": case.steps}
    mean = estimate_mean(case.mdp, case.policy, case.values, **choice)[0, 0]
    variance = estimate_variance(case.mdp, case.policy, case.values, **choice)[0, 0]
    assert (mean, variance) == gae_by_enumeration(case)
    one = {"lam": case.lam**0, "steps": case.steps}
    mean = estimate_mean(case.mdp, case.policy, case.values, **one)[0, 0]
    variance = estimate_variance(case.mdp, case.policy, case.values, **one)[0, 0]
    assert (mean, variance) == n_step_by_enumeration(case)


def largest_td_error(case):
    return abs(case.mdp.reward).max() + 2 * abs(case.values).max()


@brief
@given(critics())
def test_endless_moments_are_those_of_a_long_rollout_and_a_tail(case):
    """|X_∞ − X_T| ≤ cᵀ D/(1−c) with c = γλ, D ≥ |δ|, and |X| ≤ D/(1−c); so squares differ by twice the product."""
    decay, steps = case.mdp.discount * case.lam, 8
    size = largest_td_error(case) / (1 - decay)
    tail = decay**steps * size
    for moment, limit in ((estimate_mean, tail), (estimate_variance, 4 * tail * size)):
        long = moment(case.mdp, case.policy, case.values, lam=case.lam, steps=steps)
        endless = moment(case.mdp, case.policy, case.values, lam=case.lam)
        assert (abs(endless - long) <= limit).all()


@brief
@given(critics())
def test_moments_in_three_arithmetics(case):
    """Float64 errs by at most 32 u κ n X: a backward stable solve of n = S(A+S) terms, X the size of the result."""
    decay = case.mdp.discount * case.lam
    size = largest_td_error(case) / (1 - decay)
    terms = case.mdp.states * (case.mdp.actions + case.mdp.states) * 8 * (1 + decay) / (1 - decay)
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    for steps in (case.steps, None):
        for moment, magnitude in ((estimate_mean, size), (estimate_variance, 8 * size**2)):
            truth = moment(case.mdp, case.policy, case.values, lam=case.lam, steps=steps)
            got = moment(rounded.mdp, rounded.policy, rounded.values, lam=rounded.lam, steps=steps)
            assert (floating(abs(exact(got) - truth)) <= 32 * EPSILON * floating(terms * magnitude)).all()
            boxes = moment(enclosed.mdp, enclosed.policy, enclosed.values, lam=enclosed.lam, steps=steps)
            assert encloses(boxes, truth)


@brief
@given(one_policy(max_states=3, max_actions=2), st.integers(1, 3))
def test_rollouts_are_a_distribution_and_visit_as_the_powers_say(case: OnePolicy, steps):
    rollouts = enumerate_rollouts(case.mdp, case.policy, state=0, action=0, steps=steps)
    assert rollouts.probability.sum() == 1
    law = case.mdp.transition[0, 0]
    for _ in range(steps - 1):
        law = np.einsum("s,sa,sat->t", law, case.policy, case.mdp.transition)
    counted = [rollouts.mean(np.where(rollouts.states[-1] == s, exact(1), exact(0))) for s in range(case.mdp.states)]
    assert (np.array(counted) == law).all()


@brief
@given(critics())
def test_bias_factor_is_the_discounted_mean_of_the_weights(case):
    gamma, lam = case.mdp.discount, case.lam
    for steps in (1, 2, 7):
        powers = gamma ** np.arange(1, steps + 1)
        assert bias_factor(gamma, lam, steps=steps) == (average_weights(lam, steps) * powers).sum()
    tail = (gamma * lam) ** 7
    assert abs(bias_factor(gamma, lam) - bias_factor(gamma, lam, steps=7)) <= tail


@brief
@given(critics())
def test_bias_bound_in_balls_contains_the_exact_one(case):
    enclosed = case.to(Arithmetic.BALL)
    bound = bias_bound(enclosed.mdp, enclosed.policy, enclosed.values, lam=enclosed.lam)
    assert encloses(bound, bias_bound(case.mdp, case.policy, case.values, lam=case.lam))


def test_exact_critic_has_no_bias_to_bound():
    critic = coin()
    right = replace(critic, values=state_values(critic.mdp, critic.policy))
    assert bias_bound(right.mdp, right.policy, right.values, lam=right.lam) == 0
    mean = estimate_mean(right.mdp, right.policy, right.values, lam=right.lam)
    assert (mean == action_values(right.mdp, right.policy) - right.values[:, None]).all()


def coin() -> Critic:
    """Two states that follow each other at random; two actions that differ by their reward."""
    half = exact("1/2").item()
    transition = exact([[["1/2", "1/2"], ["1/4", "3/4"]], [[0, 1], [1, 0]]])
    mdp = TabularMDP(transition, exact([[1, 0], [2, -1]]), exact(["1/2", "1/2"]), half)
    return Critic(mdp, exact([["1/2", "1/2"], ["1/4", "3/4"]]), exact([1, 2]), half, half, 2)


@pytest.mark.parametrize("moment", [estimate_mean, estimate_variance])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": exact([1])}, r"values has shape \(1,\), not \[S\]; S = 2"),
        ({"steps": 0}, "steps is 0"),
        ({"lam": exact("3/2").item()}, "lam = 3/2 is outside"),
    ],
)
def test_moments_refuse_what_makes_no_estimate(moment, change, message):
    critic = coin()
    arguments = {"values": critic.values, "lam": critic.lam, "steps": 1} | change
    with pytest.raises(ValueError, match=message):
        moment(critic.mdp, critic.policy, arguments.pop("values"), **arguments)
    with pytest.raises(InvalidPolicyError):
        moment(critic.mdp, critic.policy[:1], critic.values, lam=critic.lam)


def test_weights_and_factors_refuse_by_name():
    with pytest.raises(ValueError, match="0 steps make no estimate"):
        average_weights(exact("1/2").item(), 0)
    with pytest.raises(ValueError, match="λ = 2 lies outside"):
        average_weights(exact(2).item(), 1)
    with pytest.raises(ValueError, match="without a factor"):
        bias_factor(exact(1).item(), exact(1).item())
    with pytest.raises(ValueError, match="lies outside"):
        bias_factor(exact(2).item(), exact(1).item())
    critic = coin()
    with pytest.raises(ValueError, match="values has shape"):
        bias_bound(critic.mdp, critic.policy, exact([1]), lam=critic.lam)


def test_rollouts_refuse_by_name():
    critic = coin()
    with pytest.raises(ValueError, match="steps is 0"):
        enumerate_rollouts(critic.mdp, critic.policy, state=0, action=0, steps=0)
    with pytest.raises(ValueError, match="state = 2 is outside"):
        enumerate_rollouts(critic.mdp, critic.policy, state=2, action=0, steps=1)
