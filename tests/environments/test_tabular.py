"""Playing a tabular process."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.envs.toy_text.frozen_lake import FrozenLakeEnv
from gymnasium.error import InvalidAction, ResetNeeded
from gymnasium.utils.env_checker import check_env
from policyproof.environments.tabular import Reset, Step, TabularEnv
from policyproof.reference.arithmetic import exact
from policyproof.reference.tabular_mdp import InvalidMDPError, TabularMDP


def walk(**options):
    """State 0 stays or moves on to 1, 1 to 2 (0 cannot be skipped), with rewards that tell (s, a) apart."""
    transition = exact([[["1/4", "3/4", 0], [1, 0, 0]], [["1/8", "3/8", "1/2"], [0, 0, 1]], [[0, 0, 1], [0, 0, 1]]])
    return TabularEnv(
        TabularMDP(transition, exact([[1, 2], [3, 4], [5, 6]]), exact([1, 0, 0]), exact("1/2").item()), **options
    )


def play(env, seed, actions):
    env.reset(seed=seed)
    for action in actions:
        *_, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            env.reset()
    return env.log


class Scripted:
    """A generator whose uniform numbers are given."""

    def __init__(self, number):
        self.number = number

    def random(self):
        return self.number


@pytest.mark.parametrize("options", [{}, {"time_limit": 3}, {"time_limit": 2}, {"terminal_states": [2]}])
def test_gymnasium_has_nothing_to_say(options):
    check_env(walk(**options), skip_render_check=True)


def test_every_outcome_has_its_probability():
    """Uniform numbers i/8 for i = 0 … 7 meet each outcome of a row in eighths as often as the row says."""
    env = walk()
    mdp_row = {(0, 0): [2, 6, 0], (0, 1): [8, 0, 0], (1, 0): [1, 3, 4], (1, 1): [0, 0, 8]}
    for (state, action), row in mdp_row.items():
        seen = [0, 0, 0]
        for eighth in range(8):
            env.np_random = Scripted(0.0)
            env.reset()
            if state == 1:
                env.np_random = Scripted(0.5)
                env.step(0)
            env.np_random = Scripted(eighth / 8)
            following, reward, *_ = env.step(action)
            assert reward == 1 + 2 * state + action
            seen[following] += 1
        assert seen == row


def test_the_largest_uniform_number_meets_an_outcome_that_is_possible():
    tenth = TabularMDP(np.full((1, 1, 1), 1.0), np.zeros((1, 1)), np.ones(1), 0.5)
    rows = np.array([0.1] * 10 + [0.0])
    many = TabularMDP(np.tile(rows, (11, 1, 1)), np.zeros((11, 1)), rows, 0.5)
    for mdp, last in ((tenth, 0), (many, 9)):
        env = TabularEnv(mdp)
        env.np_random = Scripted(1 - 2.0**-53)
        assert env.reset()[0] == last
        assert env.step(0)[0] == last


def test_the_log_is_what_happened():
    env = walk(time_limit=2, terminal_states=[2])
    env.np_random = Scripted(0.9)
    env.reset()
    env.step(0)
    env.step(0)
    env.reset()
    assert env.log == (
        Reset(0),
        Step(0, 0, 1.0, 1, terminated=False, truncated=False),
        Step(1, 0, 3.0, 2, terminated=True, truncated=True),
        Reset(0),
    )


def test_an_agent_cannot_write_the_log():
    env = walk()
    env.reset(seed=0)
    with pytest.raises(AttributeError):
        env.log.append(Reset(2))
    with pytest.raises(AttributeError):
        env.log = ()


def test_the_time_limit_truncates():
    env = walk(time_limit=3)
    env.reset(seed=0)
    assert [env.step(1)[2:4] for _ in range(3)] == [(False, False), (False, False), (False, True)]


def test_without_a_limit_nothing_ends():
    env = walk()
    env.reset(seed=0)
    assert not any(any(env.step(0)[2:4]) for _ in range(100))


def test_the_seed_decides_everything():
    actions = [0, 0, 1, 0, 0, 0, 1, 0] * 8
    first, again, other = (play(walk(time_limit=5, terminal_states=[2]), seed, actions) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_an_episode_must_be_under_way():
    env = walk(time_limit=1)
    with pytest.raises(ResetNeeded):
        env.step(0)
    env.reset()
    env.step(0)
    with pytest.raises(ResetNeeded):
        env.step(0)
    assert len(env.log) == 2


@pytest.mark.parametrize("action", [-1, 2, 0.0, None])
def test_an_action_that_does_not_exist_is_refused_and_not_logged(action):
    env = walk()
    env.reset()
    with pytest.raises(InvalidAction):
        env.step(action)
    assert len(env.log) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_limit": 0}, "at least one step"),
        ({"terminal_states": [3]}, "outside 0 … 2"),
        ({"terminal_states": [0]}, "first state"),
    ],
)
def test_what_cannot_be_played_is_refused(options, message):
    with pytest.raises(InvalidMDPError, match=message):
        walk(**options)


def test_a_batch_is_refused():
    batch = TabularMDP(np.ones((2, 1, 1, 1)), np.zeros((2, 1, 1)), np.ones((2, 1)), 0.5)
    with pytest.raises(InvalidMDPError, match="batch"):
        TabularEnv(batch)


def test_the_table_of_frozen_lake_plays():
    mdp = TabularMDP.from_gymnasium(FrozenLakeEnv(is_slippery=False))
    env = TabularEnv(mdp, terminal_states=[mdp.states - 1])
    env.reset(seed=0)
    down, right = 1, 2
    steps = [env.step(action) for action in (down, down, right, right, down, right)]
    assert [reward for _, reward, *_ in steps] == [0, 0, 0, 0, 0, 1]
    assert [terminated for _, _, terminated, *_ in steps] == [False] * 5 + [True]
