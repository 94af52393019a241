"""The compiled CartPole beside Gymnasium's, step for step."""

from dataclasses import fields

import gymnasium
import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `fast` is not installed")

from gymnasium.error import ResetNeeded
from policyproof.fast.actor_critic import ActorCritic
from policyproof.fast.cartpole import CartPole
from policyproof.fast.environments import Spaces, vectorised
from policyproof.fast.rollout import Collector, Rollout

COUNT, STEPS, LIMIT = 7, 400, 60


@pytest.mark.parametrize("settings", [{}, {"sutton_barto_reward": True}], ids=["ones", "sutton and barto"])
def test_transitions_resets_and_flags_are_gymnasiums(settings):
    theirs, ours = (
        gymnasium.make_vec("CartPole-v1", num_envs=COUNT, max_episode_steps=LIMIT, **settings),
        CartPole(COUNT, max_episode_steps=LIMIT, **settings),
    )
    first, second = (environment.reset(seed=3)[0] for environment in (ours, theirs))
    assert first.tobytes() == second.tobytes()
    draw, ends = np.random.default_rng(0), np.zeros(2, int)
    careful = np.arange(COUNT) < 3
    for _ in range(STEPS):
        balancing = (theirs.unwrapped.state[2] + theirs.unwrapped.state[3] > 0).astype(np.int64)
        actions = np.where(careful, balancing, draw.integers(0, 2, COUNT))
        (shown, *told, _), (expected, *known, _) = ours.step(actions), theirs.step(actions)
        assert np.all(np.abs(shown - expected) <= np.spacing(np.abs(expected))), "one unit in the last place of float32"
        for mine, other in zip(told, known, strict=True):
            assert mine.dtype == other.dtype
            np.testing.assert_array_equal(mine, other)
        ends += np.sum(known[1:], axis=1)
        ours.state[:] = theirs.unwrapped.state
    assert (ends > 3).all(), "poles fell, and the time limit was reached"
    theirs.close()


def test_an_id_is_played_by_the_compiled_one():
    environments = vectorised("CartPole-v1", 3)
    assert isinstance(environments, CartPole)
    assert environments.max_episode_steps == 500
    assert isinstance(vectorised("CartPole-v0", 3), CartPole)


def test_what_is_no_action_is_refused_and_nothing_moves():
    environments = CartPole(2)
    with pytest.raises(ResetNeeded, match="call reset first"):
        environments.step(np.zeros(2, np.int64))
    environments.reset(seed=0)
    before = environments.state.copy()
    for actions in ([0, 2], [-1, 0], [0], [0, 1, 1]):
        with pytest.raises(ValueError, match="expected 2 numbers, each 0 or 1"):
            environments.step(np.array(actions))
    assert environments.state.tobytes() == before.tobytes()
    assert not environments.steps.any()


class Disguised:
    """A network that the collector does not know, so that it plays step by step."""

    def __init__(self, network):
        self.noise, self.act, self.values = network.noise, network.act, network.values


@pytest.mark.parametrize("settings", [{}, {"sutton_barto_reward": True}], ids=["ones", "sutton and barto"])
def test_a_rollout_in_one_call_has_the_bits_of_one_step_by_step(settings):
    network = ActorCritic(4, (16,), 2, discrete=True)
    network.initialise(np.random.default_rng(0), orthogonal=True, log_std=0.0)
    sides = []
    for player, threads in ((network, 1), (network, 2), (Disguised(network), 1)):
        environments = CartPole(COUNT, max_episode_steps=25, **settings)
        collector, random = Collector(environments, Spaces(environments), threads=threads), np.random.default_rng(1)
        collector.begin(2)
        rollouts = [collector.collect(player, random, steps, gamma=0.9, lam=0.8) for steps in (33, 1, 40)]
        sides.append((collector, rollouts))
    first, whole = sides.pop(0)
    assert sum(rollout.terminated.sum() for rollout in whole) > 3
    assert sum(rollout.truncated.sum() for rollout in whole) > 3
    for second, others in sides:
        for one, other in zip(whole, others, strict=True):
            for field in fields(Rollout):
                mine, theirs = getattr(one, field.name), getattr(other, field.name)
                assert mine.dtype == theirs.dtype
                assert mine.tobytes() == theirs.tobytes(), field.name
        assert (first.episodes, first.episode_returns, first.episode_lengths) == (
            second.episodes, second.episode_returns, second.episode_lengths,
        )  # fmt: skip
