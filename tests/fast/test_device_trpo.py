"""TRPO on a device, run on the CPU."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")
pytest.importorskip("gymnasium", reason="the extra `libraries` is not installed")

from policyproof.fast import TRPO, TRPOConfig  # noqa: E402
from policyproof.fast.device.environments import CartPole  # noqa: E402
from policyproof.fast.device.trpo import DeviceTRPO  # noqa: E402
from policyproof.fast.perceptron import Perceptron  # noqa: E402
from policyproof.fast.trust_region import TrustRegionProblem  # noqa: E402

SMALL = TRPOConfig(environments=8, steps=64, hidden=(16,), critic_epochs=2, seed=1)


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_no_update_leaves_the_trust_region_or_lowers_the_surrogate(environment):
    for update in DeviceTRPO(environment, SMALL, device="cpu").updates(4 * 512):
        assert 0 <= update.statistics["kl"] <= SMALL.max_kl
        assert update.statistics["gain"] >= 0
        assert 0 < update.statistics["scale"] <= 1
        assert update.minibatches == 8


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_the_full_step_is_that_of_the_compiled_network(environment):
    """Fisher products agree to 10⁻⁶ of the norm; with damping 0.1 and eigenvalues of order 1, x to 10 times that."""
    agent = DeviceTRPO(environment, SMALL, device="cpu")
    list(agent.updates(512))
    played = agent.rollout
    columns = played.observations.flatten(0, 1), played.actions.flatten(0, 1), played.advantages.flatten()
    on_tensors = TrustRegionProblem(agent.policy, agent.family, agent.theta, *columns)
    compiled = Perceptron(agent.policy.network, agent.family)
    on_arrays = TrustRegionProblem(compiled, agent.family, agent.theta.numpy(), *(column.numpy() for column in columns))
    got, expected = (problem.natural_gradient_step(SMALL.region())[0] for problem in (on_tensors, on_arrays))
    assert np.linalg.norm(got.numpy() - expected) <= 2e-5 * np.linalg.norm(expected)


@pytest.mark.nightly
def test_cart_pole_is_learned():
    config = TRPOConfig(environments=32, steps=32, max_kl=0.03, critic_epochs=4, critic_minibatch_size=256)
    agent = DeviceTRPO("CartPole-v1", config, device="cpu")
    assert np.nanmax([update.mean_return for update in agent.updates(40_000)]) >= 150


def test_gradients_that_are_no_numbers_stop_training_with_the_last_good_parameters():
    class Broken(CartPole):
        def move(self, state, actions):
            reached, rewards, terminated = super().move(state, actions)
            return reached, rewards * torch.nan, terminated

    agent = DeviceTRPO(Broken(8, generator=torch.Generator().manual_seed(0)), SMALL, device="cpu")
    before = agent.parameters.clone()
    with pytest.raises(FloatingPointError, match="not finite"):
        agent.learn(512, progress=False)
    assert torch.equal(agent.parameters, before)


def test_the_agent_of_a_device_is_made_by_the_same_name(monkeypatch):
    made = []
    monkeypatch.setattr("policyproof.fast.device.trpo.DeviceTRPO", lambda *given, **named: made.append((given, named)))
    TRPO("CartPole-v1", SMALL, device="cuda")
    assert made == [(("CartPole-v1", SMALL), {"device": "cuda"})]
