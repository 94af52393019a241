from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.mdp.rounding import value_error
from policyproof.invariants.lattice import MIXED
from policyproof.invariants.mdps import mdps
from policyproof.reference.arithmetic import Arithmetic, ball, exact, floating
from policyproof.reference.optimal_policy import bellman_optimality_residual, optimal_policy
from policyproof.reference.policy_evaluation import action_values, performance, state_values
from policyproof.reference.tabular_mdp import TabularMDP

brief = settings(max_examples=60, deadline=None)


@brief
@given(mdps(values=MIXED))
def test_the_optimum_is_certain_among_rationals(mdp):
    policy = optimal_policy(mdp)
    assert np.all(bellman_optimality_residual(mdp, policy) == 0)
    assert np.all(np.sort(policy, axis=1)[:, -1] == 1)
    assert np.all(policy.sum(axis=1) == 1)


@brief
@given(mdps(max_states=3, max_actions=2))
def test_no_deterministic_policy_is_better_at_any_state(mdp):
    best = state_values(mdp, optimal_policy(mdp))
    for choice in product(range(mdp.actions), repeat=mdp.states):
        policy = exact(np.array(choice)[:, None] == np.arange(mdp.actions))
        assert np.all(state_values(mdp, policy) <= best)


@brief
@given(mdps())
def test_ties_go_to_the_first_action(mdp):
    policy = optimal_policy(mdp)
    q = action_values(mdp, policy)
    for state in range(mdp.states):
        first = next(a for a in range(mdp.actions) if q[state, a] == max(q[state]))
        assert policy[state, first] == 1


@brief
@given(mdps())
def test_value_iteration_closes_in_on_the_same_values(mdp):
    best, values, sweeps = state_values(mdp, optimal_policy(mdp)), 0 * mdp.reward[:, 0], 12
    for _ in range(sweeps):
        values = np.max(mdp.reward + mdp.discount * (mdp.transition @ values), axis=1)
    tail = mdp.discount**sweeps * np.max(abs(mdp.reward)) / (1 - mdp.discount)
    assert np.all(abs(best - values) <= tail)


@brief
@given(mdps())
def test_float64_loses_no_more_than_rounding(mdp):
    rounded = mdp.to(Arithmetic.FLOAT)
    policy = optimal_policy(rounded)
    loss = performance(mdp, optimal_policy(mdp)) - performance(mdp, exact(policy))
    assert floating(loss) <= 8 * value_error(rounded) / (1 - rounded.discount)


def test_ties_are_ties_in_every_arithmetic():
    mdp = TabularMDP(exact([[[1], [1], [1]]]), exact([["1/2", 1, 1]]), exact([1]), exact("7/8").item())
    assert floating(optimal_policy(mdp)).tolist() == [[0, 1, 0]]
    assert optimal_policy(mdp.to(Arithmetic.FLOAT)).tolist() == [[0, 1, 0]]
    assert np.all(optimal_policy(mdp.to(Arithmetic.BALL)) == ball([[0, 1, 0]]))


def test_a_batch_is_refused():
    mdp = TabularMDP(np.ones((2, 1, 1, 1)), np.zeros((2, 1, 1)), np.ones((2, 1)), 0.5)
    with pytest.raises(ValueError, match="one process at a time"):
        optimal_policy(mdp)
