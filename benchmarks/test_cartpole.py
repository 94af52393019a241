"""PPO on CartPole-v1 end to end on two cores: playing and learning beside stable-baselines3, times a step.

The same hyper-parameters on both sides, which are the defaults of both but for the sizes below; a turn is as many
rollouts as have `STEPS` steps. Ours plays its compiled version of Gymnasium's vector environment, theirs `DummyVecEnv`.
Times are those on the wall. Each side may use both cores as it likes, and is measured with one thread as well, which
serves theirs better as a rule. A step of ours that only resets, one an episode, is counted and teaches nothing.

    policyproof bench cartpole --json reports/benchmarks/ppo-cartpole-cpu.json
"""

from collections.abc import Callable, Iterator
from itertools import islice, repeat
from typing import Any

import pytest

ID = "CartPole-v1"
STEPS, ROUNDS, THREADS = 65_536, 3, 2

Functions = Iterator[Callable[[], object]]


def ours(environments: int, steps: int, epochs: int, minibatch: int, threads: int = THREADS) -> Functions:
    from policyproof.fast import PPO, PPOConfig

    config = PPOConfig(environments=environments, steps=steps, epochs=epochs, minibatch_size=minibatch, threads=threads)
    agent = PPO(ID, config)
    rollouts = STEPS // (environments * steps)
    return repeat(lambda: [report.steps for report in islice(agent.updates(2 * STEPS), rollouts)])


def ours_one_thread(**sizes: int) -> Functions:
    return ours(**sizes, threads=1)


def sb3(environments: int, steps: int, epochs: int, minibatch: int, threads: int = THREADS) -> Functions:
    import torch
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env

    torch.set_num_threads(threads)
    environment = make_vec_env(ID, environments, seed=0)
    agent = PPO("MlpPolicy", environment, n_steps=steps, n_epochs=epochs, batch_size=minibatch, device="cpu", seed=0)
    return repeat(lambda: agent.learn(STEPS, reset_num_timesteps=False).num_timesteps)


def sb3_one_thread(**sizes: int) -> Functions:
    return sb3(**sizes, threads=1)


@pytest.mark.parametrize(
    "sizes",
    [
        {"environments": 64, "steps": 64, "epochs": 4, "minibatch": 512},
        {"environments": 256, "steps": 32, "epochs": 4, "minibatch": 1024},
        {"environments": 256, "steps": 32, "epochs": 1, "minibatch": 1024},
    ],
    ids=lambda sizes: f"{sizes['environments']}x{sizes['steps']}x{sizes['epochs']}",
)
def test_throughput(interleaved: Callable[..., Callable[[str], Any]], sizes: dict[str, int]) -> None:
    first, rest = 2 * 64 * 4, 2 * 64 * 64 + 64 * 2 + 64  # weights of the policy and the critic
    operations = STEPS * (2 * (first + rest) + sizes["epochs"] * (4 * first + 6 * rest))  # to play, and to learn
    interleaved(
        [ours, ours_one_thread, sb3, sb3_one_thread], sizes, work={"matmul": operations / THREADS}, calls=1,
        rounds=ROUNDS, per=STEPS, threads=THREADS,
    )  # fmt: skip
