"""TRPO on the CPU: what an update keeps to, that it learns, that it can be repeated and resumed."""

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

pytest.importorskip("numba", reason="the extra `fast` is not installed")

from policyproof.fast import TRPO, TRPOConfig
from policyproof.fast.distributions import categorical_kl

SMALL = TRPOConfig(environments=4, steps=128, hidden=(16,), critic_epochs=3, seed=3)


class Sparks(gymnasium.Env):
    """Noise to look at; the third step's reward is NaN."""

    observation_space, action_space = Box(-1, 1, (2,), np.float32), Box(-1, 1, (1,), np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self.observation_space.sample(), {}

    def step(self, action):
        self.steps += 1
        return self.observation_space.sample(), np.nan if self.steps == 3 else 0.0, False, False, {}


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_no_update_leaves_the_trust_region_or_lowers_the_surrogate(environment):
    agent = TRPO(environment, SMALL)
    for update in agent.updates(5 * 512):
        assert 0 <= update.statistics["kl"] <= SMALL.max_kl
        assert update.statistics["gain"] >= 0
        assert 0 < update.statistics["scale"] <= 1
        assert update.minibatches == SMALL.critic_epochs * 4


def test_the_reported_divergence_is_that_of_the_policies():
    agent = TRPO("CartPole-v1", SMALL)
    agent.collector.begin(0)
    rollout = agent.collector.collect(agent.network, agent.random, 128, gamma=0.99, lam=0.95)
    observations = rollout.observations[rollout.valid]
    before = agent.network.outputs(observations).astype(np.float64)
    statistics, _ = agent.improve(rollout, 1.0)
    after = agent.network.outputs(observations).astype(np.float64)
    exact = categorical_kl(before, after).mean()
    assert abs(statistics["kl"] - exact) <= 2.0**-24 * 16 * (1 + np.abs(after).max())


def test_cart_pole_is_learned():
    agent = TRPO("CartPole-v1", TRPOConfig(environments=8, steps=256, seed=0)).learn(20 * 2048, progress=False)
    assert agent.evaluate(20).mean() >= 195


def test_the_same_seed_gives_the_same_bits_on_one_thread_or_two_and_another_seed_others():
    first, again, beside, other = (
        TRPO("CartPole-v1", TRPOConfig(environments=4, steps=64, seed=seed, threads=threads)).learn(512)
        for seed, threads in ((1, 1), (1, 1), (1, 2), (2, 1))
    )
    assert first.network.parameters.tobytes() == beside.network.parameters.tobytes()
    assert first.network.parameters.tobytes() == again.network.parameters.tobytes()
    assert first.network.parameters.tobytes() != other.network.parameters.tobytes()


def test_a_loaded_agent_goes_on_bit_for_bit(tmp_path):
    agent = TRPO("Pendulum-v1", SMALL).learn(1024, progress=False)
    agent.save(tmp_path / "agent.npz")
    loaded = TRPO.load(tmp_path / "agent.npz")
    for one in (agent, loaded):
        one.learn(1024, progress=False)
    assert loaded.config == SMALL
    assert agent.network.parameters.tobytes() == loaded.network.parameters.tobytes()


def test_a_reward_that_is_no_number_stops_training_with_the_last_good_parameters():
    agent = TRPO(Sparks, SMALL)
    before = agent.network.parameters.copy()
    with pytest.raises(FloatingPointError, match="not finite"):
        agent.learn(512, progress=False)
    assert agent.network.parameters.tobytes() == before.tobytes()


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_kl", 0.0), ("damping", -1.0), ("backtrack_factor", 1.0), ("critic_epochs", 0), ("steps", 0), ("lam", 2.0)],
)
def test_a_configuration_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"^{name} is {value}; expected"):
        TRPOConfig(**{name: value})


def test_other_spaces_are_refused():
    class Both(gymnasium.Env):
        observation_space, action_space = gymnasium.spaces.Tuple([Discrete(2)]), Discrete(2)

    with pytest.raises(ValueError, match="expected a Box or Discrete space"):
        TRPO(Both, SMALL)
