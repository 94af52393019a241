"""PPO with a network of PyTorch's own is the same algorithm."""

from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")
pytest.importorskip("numba", reason="the extra `fast` is not installed")

from policyproof.fast import PPO, PPOConfig  # noqa: E402
from policyproof.fast.torch_ppo import TorchPPO  # noqa: E402

CONFIG = PPOConfig(
    environments=4, steps=32, epochs=3, minibatch_size=40, hidden=(16, 16), value_clip_range=0.5,
    entropy_coefficient=0.01, seed=3,
)  # fmt: skip


class Separate(torch.nn.Module):
    """The perceptrons of PPO, as a module."""

    def __init__(self, inputs, outputs, width=16):
        super().__init__()
        self.policy, self.critic = (
            torch.nn.Sequential(
                torch.nn.Linear(inputs, width), torch.nn.Tanh(), torch.nn.Linear(width, width), torch.nn.Tanh(),
                torch.nn.Linear(width, last),
            )
            for last in (outputs, 1)
        )  # fmt: skip

    def forward(self, x):
        return self.policy(x), self.critic(x)[:, 0]


class Shared(torch.nn.Module):
    """One body for both."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Linear(inputs, 32), torch.nn.ReLU())
        self.policy, self.critic = torch.nn.Linear(32, outputs), torch.nn.Linear(32, 1)

    def forward(self, x):
        x = self.body(x)
        return self.policy(x), self.critic(x)[:, 0]


def copy_into(agent, own):
    """Give a module the parameters of a compiled network."""
    network = agent.network
    views = network.actor.views(network.actor_parameters), network.critic.views(network.critic_parameters)
    with torch.no_grad():
        for part, layers in zip((own.network.module.policy, own.network.module.critic), views, strict=True):
            for linear, (weights, bias) in zip(part[::2], layers, strict=True):
                linear.weight.copy_(torch.from_numpy(weights.T.copy()))
                linear.bias.copy_(torch.from_numpy(bias.copy()))


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_an_update_is_that_of_the_compiled_network(environment):
    compiled, own = PPO(environment, CONFIG), TorchPPO(environment, Separate, CONFIG)
    copy_into(compiled, own)
    compiled.collector.begin(0)
    rollout = compiled.collector.collect(compiled.network, compiled.random, 32, gamma=0.9, lam=0.9)
    compiled.random = np.random.default_rng(1)
    rows = np.flatnonzero(rollout.valid)
    order = np.random.default_rng(1).permuted(np.tile(rows, (3, 1)), axis=1)

    left = iter(order)
    own.random = SimpleNamespace(permutation=lambda _rows: next(left))
    expected, steps = compiled.improve(rollout, 1.0)
    got, taken = own.improve(rollout, 1.0)
    assert taken == steps
    np.testing.assert_allclose(list(got.values()), list(expected.values()), rtol=1e-3, atol=1e-5)
    shown = rollout.observations[0]
    np.testing.assert_allclose(own.network.outputs(shown), compiled.network.outputs(shown), atol=1e-4)
    np.testing.assert_allclose(own.network.values(shown), compiled.network.values(shown), atol=1e-4)


def test_it_learns_with_shared_layers_and_goes_on_after_a_file(tmp_path):
    torch.manual_seed(0)
    config = PPOConfig(environments=8, steps=64, epochs=6, minibatch_size=128, learning_rate=3e-3, seed=1)
    agent = TorchPPO("CartPole-v1", Shared, config).learn(20_000)
    assert agent.evaluate(16).mean() > 150
    agent.save(tmp_path / "agent.npz")
    loaded = TorchPPO.load(tmp_path / "agent.npz", Shared)
    assert loaded.learn(500).network.parameters.tobytes() == agent.learn(500).network.parameters.tobytes()


def test_a_network_that_returns_something_else_is_told():
    agent = TorchPPO("CartPole-v1", torch.nn.Linear, CONFIG)
    with pytest.raises(ValueError, match=r"of shapes \[\(4, 2\)\]; expected \[\(4, 2\), \(4,\)\]$"):
        agent.learn(1)
