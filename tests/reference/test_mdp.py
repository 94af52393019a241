import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.mdp.cases import TwoModels, constant_reward, short_horizons, two_models
from policyproof.claims.mdp.models import two_models_bound
from policyproof.claims.mdp.rounding import UNIT, value_range, visitation_error
from policyproof.invariants.mdps import one_policy
from policyproof.reference.arithmetic import Arithmetic, exact, floating
from policyproof.reference.mdp import (
    finite_horizon_performance,
    finite_horizon_values,
    model_value_difference,
    partial_visitation,
    state_distributions,
    stopped_state_distribution,
    surviving_performance,
    trajectories,
    trajectory_probability,
)
from policyproof.reference.policy_evaluation import performance, state_values
from policyproof.reference.tabular_mdp import TabularMDP
from policyproof.reference.visitation import visitation

brief = settings(max_examples=40, deadline=None)


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in np.atleast_1d(boxes - numbers).flat)


@brief
@given(two_models())
def test_model_error_agrees_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    truth = model_value_difference(case.model, case.mdp, case.policy)
    found = model_value_difference(rounded.model, rounded.mdp, rounded.policy)
    assert np.abs(found - floating(truth)).max() <= two_models_bound(rounded) + UNIT * value_range(rounded.mdp)
    assert encloses(model_value_difference(enclosed.model, enclosed.mdp, enclosed.policy), truth)


@brief
@given(two_models())
def test_model_error_is_the_sum_of_its_power_series(case):
    """γ Σ_{k<n} (γP̂_π)ᵏ (P̂_π − P_π) V_P misses by at most γⁿ⁺¹/(1−γ) max|(P̂_π − P_π) V_P|."""
    mdp, policy, terms = case.mdp, case.policy, 25
    wrong, right = ((policy[:, :, None] * m.transition).sum(axis=1) for m in (case.model, mdp))
    term = mdp.discount * ((wrong - right) @ state_values(mdp, policy))
    tail = mdp.discount**terms * np.max(abs(term)) / (1 - mdp.discount)
    total = 0 * term
    for _ in range(terms):
        total, term = total + term, mdp.discount * (wrong @ term)
    assert np.all(abs(model_value_difference(case.model, mdp, policy) - total) <= tail)


@brief
@given(one_policy())
def test_stopping_agrees_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    truth = visitation(case.mdp, case.policy)
    error = np.abs(stopped_state_distribution(rounded.mdp, rounded.policy) - floating(truth))
    assert error.max() <= visitation_error(rounded.mdp) + (case.mdp.states + 1) * UNIT
    assert encloses(stopped_state_distribution(enclosed.mdp, enclosed.policy), truth)


@brief
@given(short_horizons())
def test_short_horizons_agree_in_three_arithmetics(case):
    """Each step rounds S + A + 3 times, and twice for the weight; no partial sum exceeds the unit over 1−γ."""
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    roundings = 2 * (case.horizon + 1) * (case.mdp.states + case.mdp.actions + 5) * UNIT
    for oracle, magnitude in (
        (lambda c: surviving_performance(c.mdp, c.policy, c.horizon), (case.horizon + 2) * value_range(rounded.mdp)),
        (lambda c: finite_horizon_values(c.mdp, c.policy, c.horizon, gamma=c.mdp.discount), value_range(rounded.mdp)),
        (lambda c: partial_visitation(c.mdp, c.policy, c.horizon + 1), 1 / (1 - rounded.mdp.discount)),
    ):
        truth = oracle(case)
        assert np.all(np.abs(oracle(rounded) - floating(truth)) <= roundings * magnitude)
        assert encloses(oracle(enclosed), truth)


def test_an_undiscounted_horizon_counts_its_steps():
    mdp, policy, one = constant_reward("1/2"), exact([[1]]), exact(1).item()
    assert finite_horizon_performance(mdp, policy, 7, gamma=one) == 7
    assert finite_horizon_performance(mdp, policy, 0, gamma=one) == 0
    assert surviving_performance(mdp, policy, 0) == 0
    assert performance(mdp, policy) - surviving_performance(mdp, policy, 5) == exact("1/16").item()


def test_impossible_trajectories_are_listed_with_probability_zero():
    mdp = TabularMDP(exact([[[1, 0]], [[0, 1]]]), exact([[1], [0]]), exact([1, 0]), exact("1/2").item())
    policy = exact([[1], [1]])
    chances = {t.states: trajectory_probability(mdp, policy, t) for t in trajectories(mdp, 1)}
    assert chances == {(0, 0): 1, (0, 1): 0, (1, 0): 0, (1, 1): 0}


def test_a_negative_horizon_is_refused():
    mdp, policy = constant_reward("1/2"), exact([[1]])
    with pytest.raises(ValueError, match="the horizon is -1; it counts actions"):
        list(trajectories(mdp, -1))
    with pytest.raises(ValueError, match="horizon is -1"):
        finite_horizon_performance(mdp, policy, -1, gamma=mdp.discount)
    with pytest.raises(ValueError, match="steps is 0"):
        state_distributions(mdp, policy, 0)


def test_models_with_other_rewards_are_refused():
    mdp, policy = constant_reward("1/2"), exact([[1]])
    for other, name in ((constant_reward("1/2", 2), "reward"), (constant_reward("1/4"), "discount")):
        with pytest.raises(ValueError, match=f"the two processes differ in {name}"):
            model_value_difference(other, mdp, policy)


def test_a_true_model_has_no_error():
    mdp = constant_reward("1/2").to(Arithmetic.FLOAT)
    case = TwoModels(mdp, mdp, np.ones((1, 1)))
    assert model_value_difference(case.model, case.mdp, case.policy).tolist() == [0]
