"""Rollouts against what the environments themselves wrote down, in every autoreset mode."""

import gymnasium
import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `fast` is not installed")

from gymnasium.spaces import Box, Discrete, MultiBinary, Tuple
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv
from policyproof.fast.advantage_cpu import generalized_advantage_estimation
from policyproof.fast.environments import Spaces, autoreset_mode, vectorised
from policyproof.fast.normalisation import RewardScale, RunningMoments
from policyproof.fast.rollout import Collector
from policyproof.reference.arithmetic import exact

GAMMA, LAM, STEPS, COUNT = 0.9, 0.8, 23, 3
MODES = [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP, AutoresetMode.DISABLED]


class Counting(gymnasium.Env):
    """Observes (episode, step); an episode of number k ends after 2 + k % 3 steps, by death and by limit in turn.

    Reward is 100·episode + step. `log` holds (observation, action, reward, next observation, terminated, truncated).
    """

    observation_space = Box(-np.inf, np.inf, (2,), np.float32)
    action_space = Discrete(5, start=3)

    def __init__(self):
        self.log, self.episode, self.now = [], 0, 0

    def seen(self):
        return np.array([self.episode, self.now], np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.episode, self.now = self.episode + 1, 0
        return self.seen(), {}

    def step(self, action):
        before, self.now = self.seen(), self.now + 1
        reward, over = 100.0 * self.episode + self.now, self.now == 2 + self.episode % 3
        terminated, truncated = over and self.episode % 2 == 0, over and self.episode % 2 == 1
        self.log.append((before, action, reward, self.seen(), terminated, truncated))
        return self.seen(), reward, terminated, truncated, {}


class Deaf:
    """Acts at random; V(s) = 7·episode + step, so that every value says whose it is."""

    def noise(self, random, rows):
        return random.integers(0, 5, (rows, 1)).astype(np.float32)

    def act(self, observations, noise):
        return noise, np.full(len(observations), -np.log(5), np.float32), self.values(observations)

    def values(self, observations):
        return (7 * observations[:, 0] + observations[:, 1]).astype(np.float32)


def played(mode, **settings):
    environments = SyncVectorEnv([Counting] * COUNT, autoreset_mode=mode)
    collector = Collector(environments, Spaces(environments), **settings)
    collector.begin(0)
    random = np.random.default_rng(0)
    return collector, [collector.collect(Deaf(), random, STEPS, gamma=GAMMA, lam=LAM) for _ in range(2)]


@pytest.mark.parametrize("mode", MODES)
def test_every_valid_row_is_a_transition_that_happened_and_every_transition_a_row(mode):
    collector, rollouts = played(mode)
    for n, environment in enumerate(collector.environments.envs):
        rows = [(rollout, t) for rollout in rollouts for t in range(STEPS) if rollout.valid[t, n]]
        assert len(rows) == len(environment.log)
        for (rollout, t), (before, action, reward, after, terminated, truncated) in zip(
            rows, environment.log, strict=True
        ):
            assert rollout.observations[t, n].tolist() == before.tolist()
            assert rollout.actions[t, n, 0] + 3 == action
            assert rollout.rewards[t, n] == reward
            assert rollout.next_values[t, n] == 7 * after[0] + after[1], "the value of the state really reached"
            assert (rollout.terminated[t, n], rollout.truncated[t, n]) == (terminated, truncated)
    bogus = sum(int((~rollout.valid).sum()) for rollout in rollouts)
    assert (bogus > 0) == (mode is AutoresetMode.NEXT_STEP)


@pytest.mark.parametrize("mode", MODES)
def test_advantages_are_those_of_each_episode_alone(mode):
    collector, (rollout, _) = played(mode)
    for n, environment in enumerate(collector.environments.envs):
        times, start = np.flatnonzero(rollout.valid[:, n]), 0
        for i, t in enumerate(times):
            if not (rollout.terminated[t, n] or rollout.truncated[t, n]) and i < len(times) - 1:
                continue
            steps = times[start : i + 1]
            logged = environment.log[start : i + 1]
            columns = [np.array([entry], np.float32).T for entry in ([e[2] for e in logged], *_values(logged))]
            flags = [np.array([[e[k]] for e in logged]) for k in (4, 5)]
            alone = generalized_advantage_estimation(*columns, *flags, gamma=GAMMA, lam=LAM)[:, 0]
            np.testing.assert_array_equal(rollout.advantages[steps, n], alone, "the same operations in the same order")
            np.testing.assert_array_equal(
                rollout.returns[steps, n], rollout.advantages[steps, n] + rollout.values[steps, n]
            )
            start = i + 1


def _values(logged):
    return ([7 * e[k][0] + e[k][1] for e in logged] for k in (0, 3))


@pytest.mark.parametrize("mode", MODES)
def test_finished_episodes_are_counted_in_the_environments_own_rewards(mode):
    collector, _ = played(mode, reward_scale=RewardScale(COUNT, GAMMA, 10.0))
    expected = []
    for environment in collector.environments.envs:
        episodes = {int(entry[0][0]) for entry in environment.log if entry[4] or entry[5]}
        expected += [sum(e[2] for e in environment.log if e[0][0] == episode) for episode in episodes]
    assert sorted(collector.episode_returns) == sorted(expected)
    assert collector.episodes == len(expected)


@pytest.mark.parametrize("mode", MODES)
def test_observations_and_rewards_are_normalised_by_what_was_seen(mode):
    moments, scale = RunningMoments(2), RewardScale(COUNT, GAMMA, 1.5)
    collector, rollouts = played(mode, observation_moments=moments, observation_clip=2.0, reward_scale=scale)
    logs = [environment.log for environment in collector.environments.envs]
    ends = sum(int((rollout.terminated | rollout.truncated).sum()) for rollout in rollouts)
    final_ones = ends if mode is AutoresetMode.NEXT_STEP else 0
    assert moments.count == COUNT * (1 + 2 * STEPS) - final_ones
    returns = []
    for log in logs:
        total = 0.0
        for entry in log:
            total = GAMMA * total + entry[2]
            returns.append(total)
            total = 0.0 if entry[4] or entry[5] else total
    assert scale.moments.count == len(returns)
    assert are_moments(scale.moments, np.array(returns)[:, None])
    for rollout in rollouts:
        assert np.abs(rollout.observations).max() <= 2.0
        assert np.abs(rollout.rewards).max() <= 1.5


def test_running_moments_are_those_of_all_rows_together():
    draw, moments = np.random.default_rng(0), RunningMoments(3)
    batches = [draw.standard_normal((size, 3)) * 10**k + 1000 for k, size in enumerate((1, 7, 2, 30, 0, 5))]
    for batch in batches:
        moments.add(batch)
    everything = np.vstack(batches)
    assert are_moments(moments, everything)
    assert not are_moments(moments, everything[:-1])
    scaled = moments.normalise(everything, 1e9)
    exactly = (everything - moments.mean) / np.sqrt(moments.variance + 1e-8)
    assert np.all(np.abs(scaled - exactly) <= 2.0**-23 * np.abs(exactly)), "rounded to float32 once"


def are_moments(moments, rows):
    """Whether these are mean and variance of the rows: Chan, Golub, LeVeque (1983), table 1.

    With u = 2⁻⁵³ and n rows, the mean is off by 2nu times the mean |x|, M₂ by 8nuκ of itself, κ² = 1 + mean²/variance.
    """
    exactly = exact(rows)
    mean = exactly.sum(axis=0) / len(rows)
    variance = (((exactly - mean) ** 2).sum(axis=0) / len(rows)).astype(float)
    roundings, size = len(rows) * 2.0**-53, np.abs(rows).mean(axis=0)
    mean = mean.astype(float)
    near = np.abs(moments.mean - mean) <= 2 * roundings * size
    condition = np.sqrt(1 + mean**2 / variance)
    return near.all() and np.all(np.abs(moments.variance - variance) <= 8 * roundings * condition * variance)


def test_the_layout_of_what_an_environment_returns_does_not_matter():
    environments = vectorised("CartPole-v1", 4)
    rows = np.asfortranarray(np.arange(16, dtype=np.float32).reshape(4, 4))
    assert Spaces(environments).observe(rows).flags.c_contiguous
    environments.close()


def test_actions_are_clipped_into_the_box_on_their_way_to_the_environment():
    environments = vectorised("Pendulum-v1", 2)
    taken = Spaces(environments).act(np.array([[9.0], [-0.5]], np.float32))
    assert taken.tolist() == [[2.0], [-0.5]]
    environments.close()


def test_what_cannot_be_played_is_refused_by_name():
    with pytest.raises(
        TypeError, match="the environment is a int; expected an id, a vector environment, or a function"
    ):
        vectorised(3, 1)
    environments = vectorised(Counting, 2)
    with pytest.raises(ValueError, match="has 2 environments, the configuration 5; pass environments=2"):
        vectorised(environments, 5)
    environments.metadata = {}
    with pytest.raises(ValueError, match="do not say its autoreset mode"):
        autoreset_mode(environments)
    spaces = VectorEnv()
    spaces.single_observation_space, spaces.single_action_space = Tuple([Discrete(2)]), Discrete(2)
    with pytest.raises(ValueError, match="expected a Box or Discrete space, or flatten them first"):
        Spaces(spaces)
    spaces.single_observation_space, spaces.single_action_space = Discrete(2), MultiBinary(2)
    with pytest.raises(ValueError, match="expected a Discrete or Box space"):
        Spaces(spaces)


def test_a_collector_must_begin():
    environments = vectorised(Counting, 1)
    with pytest.raises(RuntimeError, match="call begin"):
        Collector(environments, Spaces(environments)).collect(Deaf(), np.random.default_rng(0), 1, gamma=GAMMA, lam=LAM)
