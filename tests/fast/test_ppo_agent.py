"""PPO as an agent: it learns, repeats itself, goes on after a file, and stops before a number that is none."""

import json
import re
import subprocess
import sys

import gymnasium
import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `fast` is not installed")

from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from policyproof.fast import PPO, PPOConfig
from policyproof.fast import ppo as algorithm

SMALL = PPOConfig(environments=4, steps=32, epochs=3, minibatch_size=32, hidden=(16,), seed=5)
EVERYTHING = {
    "normalize_observations": True,
    "normalize_rewards": True,
    "value_clip_range": 0.2,
    "entropy_coefficient": 0.01,
    "anneal_learning_rate": True,
    "anneal_clip_range": True,
    "target_kl": 0.05,
}


def changed(config, **changes):
    return PPOConfig(**{**config.as_dict(), **changes})


def bits(agent):
    return agent.network.parameters.tobytes(), agent.adam.first.tobytes(), agent.adam.second.tobytes(), agent.steps


class Poisoned(gymnasium.Env):
    """A bandit whose reward, or observation, is no number from the given step on."""

    action_space, observation_space = Discrete(2), Box(-np.inf, np.inf, (1,), np.float32)

    def __init__(self, reward=1.0, shown=0.0, after=300):
        self.reward, self.shown, self.after, self.now = reward, shown, after, 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.now += 1
        late = self.now > self.after
        shown = np.array([self.shown if late else 0.0], np.float32)
        return shown, (self.reward if late else float(action)), False, self.now % 10 == 0, {}


def test_it_learns_cartpole():
    config = PPOConfig(
        environments=16, steps=64, epochs=10, minibatch_size=128, learning_rate=2e-3, gamma=0.98, lam=0.8
    )
    agent = PPO("CartPole-v1", config).learn(60_000)
    assert agent.steps >= 60_000
    assert agent.evaluate(32).mean() > 400


def test_it_learns_a_continuous_bandit():
    class Target(gymnasium.Env):
        observation_space, action_space = Box(-1, 1, (1,), np.float32), Box(-5, 5, (2,), np.float32)

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            return np.ones(1, np.float32), {}

        def step(self, action):
            return np.ones(1, np.float32), -float(np.sum((action - [1.0, -2.0]) ** 2)), True, False, {}

    agent = PPO(Target, changed(SMALL, steps=64, epochs=10, learning_rate=1e-3)).learn(6_000)
    regret = np.sum((agent.predict(np.ones((1, 1), np.float32)) - [[1.0, -2.0]]) ** 2)
    assert regret < 0.1**2, "the goal of learning, not a bound of rounding"
    assert agent.network.log_std.max() < -0.5, "it became sure of itself"


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_it_learns_in_every_autoreset_mode(mode):
    def make():
        return SyncVectorEnv([lambda: gymnasium.make("CartPole-v1")] * 4, autoreset_mode=mode)

    agent = PPO(make(), changed(SMALL, learning_rate=3e-3, epochs=10)).learn(6_000)
    assert agent.evaluate(8).mean() > 60


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_the_same_seed_gives_the_same_bits_on_one_thread_or_two_and_another_one_others(environment):
    agents = [
        PPO(environment, changed(SMALL, seed=seed, threads=threads, **EVERYTHING)).learn(400)
        for seed, threads in ((1, 1), (1, 1), (1, 2), (2, 1))
    ]
    assert bits(agents[0]) == bits(agents[1]) == bits(agents[2]) != bits(agents[3])


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
@pytest.mark.parametrize("options", [{}, EVERYTHING])
def test_a_loaded_agent_goes_on_as_the_saved_one(tmp_path, environment, options):
    agent = PPO(environment, changed(SMALL, **options)).learn(300)
    agent.save(tmp_path / "agent.npz")
    loaded = PPO.load(tmp_path / "agent.npz")
    assert loaded.config == agent.config
    assert bits(loaded) == bits(agent)
    assert bits(loaded.learn(300)) == bits(agent.learn(300))


def test_a_file_holds_no_pickle(tmp_path):
    PPO("CartPole-v1", SMALL).save(tmp_path / "agent.npz")
    with np.load(tmp_path / "agent.npz", allow_pickle=False) as file:
        assert json.loads(str(file["agent"]))["schema"] == "policyproof/ppo/1"
        assert all(file[name].dtype != object for name in file.files)


def test_files_that_do_not_fit_are_refused_by_name(tmp_path):
    path = tmp_path / "agent.npz"
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match=r"agent\.npz is no agent of this package"):
        PPO.load(path)
    PPO("CartPole-v1", SMALL).save(path)
    with pytest.raises(ValueError, match=r"trained on .*'inputs': 4.*this environment has .*'inputs': 3"):
        PPO.load(path, "Pendulum-v1")
    PPO(Poisoned, SMALL).save(path)
    with pytest.raises(ValueError, match="was not an id; pass it as the second argument"):
        PPO.load(path)


@pytest.mark.parametrize(
    ("poison", "message"),
    [
        ({"reward": np.nan}, "a reward or a value is not finite: training stops with the last good parameters"),
        ({"shown": np.inf}, "an observation is not finite"),
        ({"reward": 3e38}, "not finite"),
    ],
)
def test_training_stops_before_a_number_that_is_none(poison, message):
    agent = PPO(lambda: Poisoned(**poison), changed(SMALL, environments=1, steps=100, minibatch_size=50))
    seen = []
    with pytest.raises(FloatingPointError, match=message):
        seen.extend(bits(agent) for _ in agent.updates(10_000))
    assert np.isfinite(agent.network.parameters).all()
    assert bits(agent) == seen[-1], "the last whole update"


def test_an_update_tells_what_happened():
    agent = PPO("CartPole-v1", SMALL)
    reports = list(agent.updates(1_000))
    assert [report.steps for report in reports] == sorted({report.steps for report in reports})
    assert all(set(report.statistics) >= {"policy_loss", "value_loss", "entropy"} for report in reports)
    assert 0 < reports[0].statistics["entropy"] <= np.log(2) + 1e-6
    assert reports[-1].mean_return == np.mean(agent.collector.episode_returns)
    assert reports[0].minibatches >= 9


def test_every_transition_is_visited_once_an_epoch_and_nothing_else(monkeypatch):
    agent, orders = PPO("CartPole-v1", SMALL), []
    update = algorithm.update

    def watched(network, adam, batch, order, *rest, **options):
        orders.append(order.copy())
        return update(network, adam, batch, order, *rest, **options)

    monkeypatch.setattr(algorithm, "update", watched)
    agent.collector.begin(0)
    for _ in range(3):
        rollout = agent.collector.collect(agent.network, agent.random, 64, gamma=0.9, lam=0.9)
        agent.improve(rollout, 1.0)
        transitions = np.flatnonzero(rollout.valid)
        assert len(transitions) < rollout.valid.size, "a step that only resets is no transition"
        assert all(np.array_equal(np.sort(epoch), transitions) for epoch in orders[-1])
        assert len({epoch.tobytes() for epoch in orders[-1]}) == SMALL.epochs, "in another order each time"


def test_a_bar_is_drawn_only_where_it_is_wanted(capsys):
    agent = PPO("CartPole-v1", SMALL).learn(200)
    assert capsys.readouterr() == ("", "")
    agent.learn(200, progress=True)
    out, err = capsys.readouterr()
    assert not out
    assert "learning" in err
    assert "200/200" in err


def test_an_early_stop_takes_fewer_steps():
    patient, strict = (PPO("CartPole-v1", changed(SMALL, learning_rate=0.05, target_kl=kl)) for kl in (None, 0.01))
    (first, *_), (second, *_) = (list(agent.updates(100)) for agent in (patient, strict))
    assert second.minibatches < first.minibatches


def test_annealing_ends_at_nothing():
    config = changed(SMALL, anneal_learning_rate=True, anneal_clip_range=True)
    rates = [config.coefficients(remaining) for remaining in (1.0, 0.25)]
    assert (rates[1].learning_rate, rates[1].clip_range) == (config.learning_rate / 4, config.clip_range / 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 1}, "steps is 1; expected a whole number of at least 2: one may only reset"),
        ({"epochs": 0}, "epochs is 0; expected a whole number of at least 1"),
        ({"gamma": 1.5}, "gamma is 1.5; expected in [0, 1]"),
        ({"clip_range": 0.0}, "clip_range is 0.0; expected in (0, 1)"),
        ({"max_gradient_norm": -1.0}, "max_gradient_norm is -1.0; expected positive or None"),
        ({"entropy_coefficient": float("nan")}, "entropy_coefficient is nan; expected finite and not negative"),
        ({"hidden": (0,)}, "hidden is (0,); expected widths of at least 1"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(change, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        changed(SMALL, **change)


def test_playing_and_learning_do_not_import_torch():
    script = """
import sys
from policyproof.fast import PPO, PPOConfig  # noqa: E402
from policyproof.fast import ppo as algorithm  # noqa: E402
PPO("CartPole-v1", PPOConfig(environments=2, steps=8, minibatch_size=8, hidden=(4,), epochs=1)).learn(8)
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
