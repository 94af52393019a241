import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.mdp.rounding import UNIT, value_range
from policyproof.claims.performance_difference.cases import few_policies, one_state, stay_or_go
from policyproof.claims.performance_difference.rounding import difference_bound
from policyproof.claims.surrogate.cases import off_policy
from policyproof.invariants.mdps import two_policies
from policyproof.reference.arithmetic import Arithmetic, exact, floating
from policyproof.reference.performance_difference import MissingSupportError, performance_difference
from policyproof.reference.policy_evaluation import performance
from policyproof.reference.surrogate import (
    InvalidDirectionError,
    batch_objective,
    batch_optimum,
    batch_weights,
    importance_weighted_surrogate,
    maximises_surrogate,
    mean_surrogate_advantage,
    one_step_performance,
    per_decision_performance,
    performance_derivative,
    second_order_gap,
    softmax_directions,
    surrogate_advantage,
    surrogate_derivative,
    surrogate_gap,
    surrogate_maximum,
    surrogate_performance,
)

brief = settings(max_examples=40, deadline=None)
STEP = 1e-30


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in np.atleast_1d(boxes - numbers).flat)


def complex_performance(mdp, policy):
    """η of a complex policy by LAPACK: its imaginary part over the step is the derivative, without cancellation."""
    chain = np.einsum("sa,sat->st", policy, mdp.transition)
    values = np.linalg.solve(np.eye(mdp.states) - mdp.discount * chain, (policy * mdp.reward).sum(axis=1))
    return mdp.initial @ values


@brief
@given(two_policies())
def test_slopes_are_those_of_the_complex_step(case):
    rounded = case.to(Arithmetic.FLOAT)
    direction = rounded.new - rounded.old
    complex_slope = complex_performance(rounded.mdp, rounded.old + 1j * STEP * direction).imag / STEP
    limit = 2 * difference_bound(rounded)
    for oracle in (performance_derivative, surrogate_derivative):
        assert abs(floating(oracle(case.mdp, case.old, case.new - case.old)) - complex_slope) <= limit


@brief
@given(few_policies())
def test_softmax_directions_are_those_of_the_complex_step(case):
    """Through exp(θ)/Σ exp(θ) at θ = log π, where π > 0; relative error 4A + 8 roundings."""
    policy = floating(case.policy)
    directions = floating(softmax_directions(case.mdp, case.policy))
    logits = np.log(np.where(policy > 0, policy, 1))
    for state, action in np.ndindex(policy.shape):
        moved = logits.astype(complex)
        moved[state, action] += 1j * STEP
        weights = np.where(policy > 0, np.exp(moved), 0)
        slope = (weights / weights.sum(axis=1, keepdims=True)).imag / STEP
        assert np.all(np.abs(slope - directions[state, action]) <= (4 * case.mdp.actions + 32) * UNIT)


@brief
@given(two_policies())
def test_surrogates_agree_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    limit = difference_bound(rounded) + 4 * UNIT * value_range(rounded.mdp) / (1 - rounded.mdp.discount)
    for oracle in (surrogate_advantage, mean_surrogate_advantage, surrogate_performance):
        truth = oracle(case.mdp, case.old, case.new)
        assert abs(oracle(rounded.mdp, rounded.old, rounded.new) - floating(truth)) <= limit
        assert encloses(oracle(enclosed.mdp, enclosed.old, enclosed.new), truth)
    for oracle in (surrogate_gap, second_order_gap):
        truth = oracle(case.mdp, case.old, case.new)
        assert abs(oracle(rounded.mdp, rounded.old, rounded.new) - floating(truth)) <= 4 * limit
        assert encloses(oracle(enclosed.mdp, enclosed.old, enclosed.new), truth)


@brief
@given(two_policies())
def test_gap_is_what_the_surrogate_misses(case):
    mdp, old, new = case.mdp, case.old, case.new
    missing = performance_difference(mdp, old, new) - surrogate_advantage(mdp, old, new)
    assert surrogate_gap(mdp, old, new) == missing == second_order_gap(mdp, old, new)


@brief
@given(off_policy())
def test_trajectory_weights_agree_in_floats(case):
    """Each of Sᴴ⁺¹Aᴴ terms is a product of at most 4H + 3 numbers; their magnitudes sum to the same with |r|."""
    rounded = case.to(Arithmetic.FLOAT)
    mdp, count = rounded.mdp, case.mdp.states ** (case.horizon + 1) * case.mdp.actions**case.horizon
    limit = 2 * (count * case.horizon + 4 * case.horizon + 3) * UNIT * value_range(mdp)
    truth = per_decision_performance(case.mdp, case.old, case.new, case.horizon)
    assert abs(per_decision_performance(mdp, rounded.old, rounded.new, case.horizon) - floating(truth)) <= limit


def test_one_ratio_is_enough_for_one_step():
    case = stay_or_go("1/2", "1/2")
    half = exact([["1/2", "1/2"]] * 2)
    sides = [oracle(case.mdp, half, case.new, 1) for oracle in (one_step_performance, per_decision_performance)]
    assert sides[0] == sides[1] == exact("1/2").item()


@pytest.mark.parametrize("arithmetic", Arithmetic)
def test_the_known_instance(arithmetic):
    """Stay or go, γ = 1/2, half a step: L promises 1, η gains 1/3."""
    case = stay_or_go("1/2", "1/2").to(arithmetic)
    assert abs(floating(surrogate_performance(case.mdp, case.old, case.new)) - 1) <= 8 * UNIT
    assert abs(floating(performance(case.mdp, case.new)) - 1 / 3) <= 8 * UNIT
    assert abs(floating(surrogate_maximum(case.mdp, case.old)) - 2) <= 8 * UNIT


def test_sampling_without_support_is_refused():
    case = stay_or_go("1/2", "1/2")
    with pytest.raises(MissingSupportError, match="takes action 1 in state 0"):
        importance_weighted_surrogate(case.mdp, case.old, case.new)
    for oracle in (per_decision_performance, one_step_performance):
        with pytest.raises(MissingSupportError, match="takes action 1 in state 0"):
            oracle(case.mdp, case.old, case.new, 2)


@pytest.mark.parametrize("oracle", [performance_derivative, surrogate_derivative])
def test_directions_that_leave_the_policies_are_refused(oracle):
    case = stay_or_go("1/2", "1/2")
    with pytest.raises(InvalidDirectionError, match="row 1 of direction sums to 1, not to 0"):
        oracle(case.mdp, case.old, exact([[1, -1], [1, 0]]))
    with pytest.raises(InvalidDirectionError, match=r"direction has shape \(2, 3\), not \[2, 2\]"):
        oracle(case.mdp, case.old, exact([[0, 0, 0]] * 2))
    rounded = case.to(Arithmetic.FLOAT)
    with pytest.raises(InvalidDirectionError, match=r"row 0 of direction sums to 0\.25, not to 0"):
        oracle(rounded.mdp, rounded.old, np.array([[1, -0.75], [0, 0]]))
    assert np.isfinite(oracle(rounded.mdp, rounded.old, np.array([[0.1 + 0.2, -0.3], [0, 0]])))


def test_greed_is_free_among_ties_and_at_unvisited_states():
    mdp, old = one_state([1, 1, 0], "1/2"), exact([["1/4", "1/4", "1/2"]])
    assert maximises_surrogate(mdp, old, exact([["1/2", "1/2", 0]]))
    assert not maximises_surrogate(mdp, old, exact([["1/2", "1/4", "1/4"]]))
    case = stay_or_go("1/2", 1)
    assert maximises_surrogate(case.mdp, case.old, exact([[0, 1], [0, 1]]))
    assert not maximises_surrogate(case.mdp, case.old, exact([[1, 0], [1, 0]]))


def test_a_batch_counts_each_sample():
    old, policy = exact([["1/2", "1/4", "1/4"]]), exact([[0, "1/2", "1/2"]])
    data = (np.array([0, 0, 0]), np.array([0, 1, 1]), exact([3, 1, -2]))
    assert np.all(batch_weights(old, *data) == exact([[6, -4, 0]]))
    assert batch_objective(policy, old, *data) == -2
    assert batch_optimum(old, *data) == 6
    assert batch_optimum(floating(old), data[0], data[1], floating(data[2])) == 6


def test_a_batch_that_its_policy_cannot_have_drawn_is_refused():
    with pytest.raises(ValueError, match="sample 1 takes action 1 in state 0: π_old is 0 there"):
        batch_weights(exact([[1, 0]]), np.array([0, 0]), np.array([0, 1]), exact([1, 1]))


def test_a_policy_is_its_own_surrogate():
    case = stay_or_go("3/4", "1/8")
    assert surrogate_performance(case.mdp, case.new, case.new) == performance(case.mdp, case.new)
