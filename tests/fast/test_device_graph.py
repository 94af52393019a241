"""Work that is to be recorded as a CUDA graph asks the device for no number and brings it none from the host."""

import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")
pytest.importorskip("gymnasium", reason="the extra `libraries` is not installed")

from policyproof.fast import PPOConfig, TRPOConfig  # noqa: E402
from policyproof.fast.conjugate_gradient import conjugate_gradient  # noqa: E402
from policyproof.fast.device.environments import Tabular  # noqa: E402
from policyproof.fast.device.ppo import DevicePPO  # noqa: E402
from policyproof.fast.device.trpo import DeviceTRPO  # noqa: E402
from policyproof.fast.trust_region import TrustRegionProblem  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

CROSSINGS = {"aten::_local_scalar_dense", "aten::item", "aten::is_nonzero", "aten::nonzero", "aten::lift_fresh"}
SIZES = {"environments": 4, "steps": 8, "hidden": (8,)}


class Watched(TorchDispatchMode):
    """Refuses what crosses between host and device."""

    def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
        name = function.name().split(".")[0]
        assert name not in CROSSINGS, f"{name} crosses between host and device"
        return function(*arguments, **(keywords or {}))


def tabular():
    draw = torch.Generator().manual_seed(0)
    transition = torch.rand(3, 2, 3, generator=draw)
    transition /= transition.sum(dim=-1, keepdim=True)
    return Tabular(transition, torch.rand(3, 2, generator=draw), torch.ones(3) / 3, 4, limit=5, generator=draw)


ENVIRONMENTS = {"CartPole-v1": lambda: "CartPole-v1", "Pendulum-v1": lambda: "Pendulum-v1", "tabular": tabular}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_rollouts_and_epochs_stay_on_the_device(environment):
    ppo = DevicePPO(ENVIRONMENTS[environment](), PPOConfig(**SIZES, minibatch_size=16), device="cpu")
    trpo = DeviceTRPO(ENVIRONMENTS[environment](), TRPOConfig(**SIZES, critic_minibatch_size=16), device="cpu")
    for agent in (ppo, trpo):
        agent.rollout.begin()
        with Watched():
            agent._played()
            agent.shuffle()
            agent._one_epoch()


def test_a_natural_gradient_step_stays_on_the_device():
    agent = DeviceTRPO("CartPole-v1", TRPOConfig(**SIZES), device="cpu")
    agent.rollout.begin()
    agent._played()
    played = agent.rollout
    with Watched():
        columns = played.observations.flatten(0, 1), played.actions.flatten(), played.advantages.flatten()
        TrustRegionProblem(agent.policy, agent.family, agent.theta, *columns).natural_gradient_step(
            agent.config.region()
        )
        conjugate_gradient(lambda vector: 2 * vector, torch.ones(4), iterations=9)


def test_what_crosses_is_seen():
    with Watched(), pytest.raises(AssertionError, match="crosses between host and device"):
        float(torch.ones(1, dtype=torch.float64).sum())
    with Watched(), pytest.raises(AssertionError, match="crosses between host and device"):
        torch.tensor([1.0, 2.0])


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(RuntimeError, match="there is no CUDA device here"):
        DevicePPO("CartPole-v1", PPOConfig(**SIZES), device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here: no graph was recorded")
@pytest.mark.parametrize("kind", [(DevicePPO, PPOConfig), (DeviceTRPO, TRPOConfig)])
def test_graphs_are_recorded_and_learn_on_a_gpu(kind):
    agent, config = kind
    trained = agent("CartPole-v1", config(environments=256, steps=32)).learn(200_000, progress=False)
    assert trained.to_cpu("CartPole-v1").evaluate(20).mean() >= 195
