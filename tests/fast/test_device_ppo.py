"""PPO on a device, run on the CPU: its gradient beside that of the compiled update, Adam, early stop, play."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")
gymnasium = pytest.importorskip("gymnasium", reason="the extra `libraries` is not installed")

from policyproof.fast import PPO, PPOConfig  # noqa: E402
from policyproof.fast.actor_critic import ActorCritic  # noqa: E402
from policyproof.fast.device.adam import TensorAdam  # noqa: E402
from policyproof.fast.device.environments import CartPole, Tabular  # noqa: E402
from policyproof.fast.device.hosted import Hosted  # noqa: E402
from policyproof.fast.device.ppo import DevicePPO  # noqa: E402
from policyproof.fast.ppo_gradient import Batch  # noqa: E402
from policyproof.fast.ppo_update import gradient_of  # noqa: E402
from policyproof.reference import TabularMDP, optimal_policy, performance  # noqa: E402

SMALL = PPOConfig(environments=16, steps=32, epochs=2, minibatch_size=128, hidden=(16,), learning_rate=1e-3, seed=1)


def seeded():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_the_gradient_is_that_of_the_compiled_update(environment):
    """Both agree with float64 to 10⁻⁶ of the norm, so with each other to twice that."""
    config = PPOConfig(**{**SMALL.as_dict(), "entropy_coefficient": 0.01, "value_clip_range": 0.2})
    agent = DevicePPO(environment, config, device="cpu")
    list(agent.updates(1024))
    agent._numbers[:4] = torch.tensor([0.2, 0.2, 0.5, 0.01])
    rows = torch.arange(512)
    got, statistics = agent.gradient(rows)
    continuous = agent.environments.continuous
    network = ActorCritic(
        agent.environments.observation_size, (16,), agent.environments.actions, discrete=not continuous
    )
    network.parameters[:] = agent.parameters.numpy()
    played = agent.rollout
    flat = (played.log_probs, played.values, played.advantages, played.returns)
    actions = played.actions.reshape(512, -1).float().numpy()
    batch = Batch(played.observations.flatten(0, 1).numpy(), actions, *(column.flatten().numpy() for column in flat))
    expected, told = gradient_of(network, batch, config.coefficients(1.0))
    assert np.linalg.norm(got.numpy() - expected) <= 2e-6 * np.linalg.norm(expected)
    assert np.abs(statistics.numpy() - told[:5]).max() <= 2e-6 * (1 + np.abs(told[:5]).max())


def test_adam_is_pytorch_s_and_a_step_not_taken_changes_nothing():
    draw = seeded()
    start = torch.randn(40, generator=draw, dtype=torch.float64)
    ours, theirs = start.clone(), start.clone().requires_grad_()
    adam = TensorAdam(ours, beta1=0.9, beta2=0.999, epsilon=1e-5)
    known = torch.optim.Adam([theirs], lr=0.01, betas=(0.9, 0.999), eps=1e-5)
    yes, no, rate = torch.tensor(True), torch.tensor(False), torch.tensor(0.01, dtype=torch.float64)
    for _ in range(20):
        theirs.grad = torch.randn(40, generator=draw, dtype=torch.float64)
        known.step()
        adam.step(theirs.grad, rate, yes)
        before = [part.clone() for part in adam.state]
        adam.step(torch.full_like(ours, torch.nan), rate, no)
        assert all(torch.equal(part, old) for part, old in zip(adam.state, before, strict=True))
    assert (ours - theirs).abs().max() <= 20 * 16 * 2.0**-53 * theirs.abs().max()


def test_an_update_ends_before_a_minibatch_that_has_gone_too_far():
    agent = DevicePPO("CartPole-v1", PPOConfig(**{**SMALL.as_dict(), "target_kl": 1e-12}), device="cpu")
    (update,) = agent.updates(512)
    assert update.minibatches == 1
    assert update.steps == 512


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    first, again, other = (
        DevicePPO("Pendulum-v1", PPOConfig(**{**SMALL.as_dict(), "seed": seed}), device="cpu").learn(
            1024, progress=False
        )
        for seed in (1, 1, 2)
    )
    assert torch.equal(first.parameters, again.parameters)
    assert not torch.equal(first.parameters, other.parameters)


@pytest.mark.nightly
def test_cart_pole_is_learned():
    config = PPOConfig(environments=64, steps=32, epochs=4, minibatch_size=512, learning_rate=1e-3)
    agent = DevicePPO("CartPole-v1", config, device="cpu")
    assert np.nanmax([update.mean_return for update in agent.updates(60_000)]) >= 195


def test_any_tabular_process_is_learned_on_the_device():
    transition = np.zeros((3, 2, 3))
    transition[:, 0, 0], transition[[0, 1, 2], 1, [1, 2, 2]] = 1, 1
    mdp = TabularMDP(transition, np.array([[0.25, 0], [0, 0], [0, 1.0]]), np.array([1.0, 0, 0]), 0.875)
    arrays = (torch.tensor(array, dtype=torch.float32) for array in (mdp.transition, mdp.reward, mdp.initial))
    environments = Tabular(*arrays, 16, limit=40, generator=seeded())
    config = PPOConfig(
        environments=16, steps=64, epochs=4, minibatch_size=256, hidden=(), gamma=0.875, learning_rate=0.02
    )
    agent = DevicePPO(environments, config, device="cpu").learn(20_000, progress=False)
    (logits,) = agent.outputs(torch.eye(3))
    reached = performance(mdp, torch.softmax(logits.double(), dim=1).numpy())
    best = performance(mdp, optimal_policy(mdp))
    assert performance(mdp, np.full((3, 2), 0.5)) < best / 2
    assert 0.9 * best <= reached <= best * (1 + 1e-12)


def test_gradients_that_are_no_numbers_stop_training_with_the_last_good_parameters():
    class Broken(CartPole):
        def move(self, state, actions):
            reached, rewards, terminated = super().move(state, actions)
            return reached, rewards * torch.nan, terminated

    agent = DevicePPO(Broken(16, generator=seeded()), SMALL, device="cpu")
    before = agent.parameters.clone()
    with pytest.raises(FloatingPointError, match="not finite"):
        agent.learn(512, progress=False)
    assert torch.equal(agent.parameters, before)


def test_environments_of_the_host_show_the_state_that_a_truncated_step_reached():
    hosted = Hosted(
        lambda: gymnasium.wrappers.TimeLimit(gymnasium.make("Pendulum-v1").unwrapped, 3), 2, seed=0, device="cpu"
    )
    hosted.reset()
    steps = [hosted.step(torch.zeros(2, 1)) for _ in range(4)]
    assert [step.truncated.tolist() for step in steps] == [[False] * 2, [False] * 2, [True] * 2, [False] * 2]
    assert all(torch.equal(steps[i].final, steps[i].observations) for i in (0, 1, 3))
    assert not torch.equal(steps[2].final, steps[2].observations)


def test_what_is_not_offered_is_refused():
    with pytest.raises(ValueError, match="running normalisation is not offered on a device"):
        DevicePPO("CartPole-v1", PPOConfig(normalize_observations=True), device="cpu")
    with pytest.raises(ValueError, match="there are 4 environments, and 16 in the configuration"):
        DevicePPO(CartPole(4, generator=seeded()), SMALL, device="cpu")
    with pytest.raises(ValueError, match=r"expected 2 and AutoresetMode\.SAME_STEP|expected 2 and SameStep"):
        Hosted(
            gymnasium.make_vec("CartPole-v1", num_envs=2, vectorization_mode="vector_entry_point"),
            2,
            seed=0,
            device="cpu",
        )


def test_the_agent_of_a_device_is_made_by_the_same_name(monkeypatch):
    made = []
    monkeypatch.setattr("policyproof.fast.device.ppo.DevicePPO", lambda *given, **named: made.append((given, named)))
    PPO("CartPole-v1", SMALL, device="cuda")
    assert made == [(("CartPole-v1", SMALL), {"device": "cuda"})]
    assert isinstance(PPO("CartPole-v1", SMALL), PPO)


def test_an_agent_of_the_cpu_takes_over():
    agent = DevicePPO("CartPole-v1", SMALL, device="cpu").learn(1024, progress=False)
    taken = agent.to_cpu("CartPole-v1")
    assert (taken.steps, taken.adam.steps[0]) == (agent.steps, int(agent.adam.steps))
    seen = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
    (logits,) = agent.outputs(torch.tensor(seen))
    assert np.abs(taken.network.outputs(seen) - logits.numpy()).max() <= 64 * 2.0**-24 * float(logits.abs().max())
    taken.learn(512, progress=False)
