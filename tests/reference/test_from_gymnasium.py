"""Reading Gymnasium's transition tables."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from gymnasium.envs.toy_text.cliffwalking import CliffWalkingEnv
from gymnasium.envs.toy_text.frozen_lake import FrozenLakeEnv
from gymnasium.envs.toy_text.taxi import TaxiEnv
from policyproof.reference.arithmetic import Arithmetic
from policyproof.reference.gymnasium_table import InvalidTableError
from policyproof.reference.policy_evaluation import action_values, state_values
from policyproof.reference.tabular_mdp import InvalidMDPError, TabularMDP

TABLES = {
    "slippery lake": lambda: FrozenLakeEnv(is_slippery=True),
    "firm lake": lambda: FrozenLakeEnv(is_slippery=False),
    "cliff": CliffWalkingEnv,
    "taxi": TaxiEnv,
}


class Scripted:
    """A generator whose uniform numbers are given."""

    def __init__(self, number):
        self.number = number

    def random(self):
        return self.number


def played(env, state, action):
    """(p, s', r, terminated) of every outcome that ``env.step`` has, by handing it one uniform number for each."""
    edges = np.cumsum([0.0, *(p for p, *_ in env.P[state][action])])
    for low, high in pairwise(edges):
        if high > low:
            env.s, env.np_random = state, Scripted((low + high) / 2)
            following, reward, terminated, _, _ = env.step(action)
            yield high - low, following, reward, terminated


def optimal_policy(mdp):
    policy = np.eye(mdp.actions)[np.zeros(mdp.states, dtype=int)]
    while True:
        values = action_values(mdp, policy)
        better = np.eye(mdp.actions)[(values + 1e-9 * policy).argmax(axis=1)]
        if np.array_equal(better, policy):
            return policy
        policy = better


@pytest.mark.parametrize("name", TABLES)
def test_the_process_is_the_environment_played_exhaustively(name):
    env = TABLES[name]()
    env.reset(seed=0)
    mdp = TabularMDP.from_gymnasium(env)
    states = mdp.states - 1
    for s in range(0, states, 7 if states > 100 else 1):
        for a in range(mdp.actions):
            row, reward = np.zeros(mdp.states), 0.0
            for p, following, gain, terminated in played(env, s, a):
                row[states if terminated else following] += p
                reward += p * float(gain)
            # A difference of cumulative sums is off by at most two of their roundings, u each; four outcomes at most.
            assert np.abs(mdp.transition[s, a] - row).max() <= 8 * 2.0**-53
            assert abs(mdp.reward[s, a] - reward) <= 8 * 2.0**-53 * max(1, abs(reward))


@pytest.mark.parametrize("name", TABLES)
def test_the_added_state_absorbs_and_earns_nothing(name):
    mdp = TabularMDP.from_gymnasium(TABLES[name]())
    assert np.array_equal(mdp.transition[-1, :, -1], np.ones(mdp.actions))
    assert not mdp.reward[-1].any()
    assert mdp.initial[-1] == 0


def test_the_firm_lake_takes_six_steps():
    mdp = TabularMDP.from_gymnasium(TABLES["firm lake"](), discount=0.5)
    assert state_values(mdp, optimal_policy(mdp))[0] == 0.5**5


def test_the_slippery_lake_is_crossed_in_14_of_17_attempts():
    """V_γ ≤ V_1 = 14/17 ≤ V_γ + (1−γ) E[steps]; an optimal attempt takes fewer than 100 steps on average."""
    gap = 2.0**-20
    mdp = TabularMDP.from_gymnasium(TABLES["slippery lake"](), discount=1 - gap)
    value = state_values(mdp, optimal_policy(mdp))[0]
    assert value <= 14 / 17 <= value + 100 * gap


def test_the_cliff_is_walked_in_thirteen_steps():
    mdp = TabularMDP.from_gymnasium(TABLES["cliff"](), discount=0.5)
    assert mdp.initial @ state_values(mdp, optimal_policy(mdp)) == -(1 - 0.5**13) / (1 - 0.5)


def test_a_taxi_is_always_paid_in_the_end():
    """The longest optimal fare takes 18 steps: 17 cost 1 each, the last earns 20."""
    mdp = TabularMDP.from_gymnasium(TABLES["taxi"]())
    first = state_values(mdp, optimal_policy(mdp))[:-1][mdp.initial[:-1] > 0]
    worst = 0.99**17 * 20 - (1 - 0.99**17) / (1 - 0.99)
    assert first.min() == pytest.approx(worst, rel=501 * 199 * 2.0**-52)


def test_thirds_become_rationals():
    mdp = TabularMDP.from_gymnasium(TABLES["slippery lake"]()).renormalised()
    assert mdp.arithmetic is Arithmetic.EXACT
    assert np.all(mdp.transition.sum(axis=-1) == 1)
    third = mdp.transition[0, 0, 4]
    assert abs(Fraction(int(third.p), int(third.q)) - Fraction(1, 3)) < Fraction(1, 2**50)


def table(*outcomes, actions=1):
    return {s: {a: list(outcomes) for a in range(actions)} for s in range(2)}


def env(P, start=(1.0, 0.0)):
    return SimpleNamespace(P=P, initial_state_distrib=start)


def test_outcomes_that_name_a_state_twice_add_up():
    mdp = TabularMDP.from_gymnasium(env(table((0.25, 1, 4.0, False), (0.25, 1, 8.0, False), (0.5, 1, 2.0, True))))
    assert mdp.transition[0, 0].tolist() == [0.0, 0.5, 0.5]
    assert mdp.reward[0, 0] == 4.0


def test_the_initial_distribution_can_be_given():
    mdp = TabularMDP.from_gymnasium(env(table((1.0, 1, 0.0, False)), start=None), initial=[0.5, 0.5])
    assert mdp.initial.tolist() == [0.5, 0.5, 0.0]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (SimpleNamespace(), "no transition table P"),
        (env({}), "no transition table P"),
        (env(table((1.0, 1, 0.0, False)), start=None), "no initial_state_distrib"),
        (env(table((1.0, 1, 0.0, False)), start=(1.0,)), r"shape \(1,\)"),
        (env(table((1.0, 2, 0.0, False))), "next state 2 is outside"),
        (env(table((1.0, 1, 0.0))), "is not .probability"),
        (env({0: {0: [(1.0, 0, 0.0, False)]}, 2: {0: []}}), "no entry 1"),
        (env({0: {0: [(1.0, 0, 0.0, False)]}, 1: {}}), "lists 0 actions"),
    ],
)
def test_what_is_no_table_is_refused(broken, message):
    with pytest.raises(InvalidTableError, match=message):
        TabularMDP.from_gymnasium(broken)


def test_a_table_whose_row_misses_one_is_refused():
    with pytest.raises(InvalidMDPError, match="sums to"):
        TabularMDP.from_gymnasium(env(table((0.5, 1, 0.0, False))))
