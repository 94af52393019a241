"""PPO on CartPole-v1 end to end: playing and learning beside stable-baselines3, times a step.

The same hyper-parameters on both sides, which are the defaults of both but for the sizes below; `STEPS` transitions a
turn. Ours plays its compiled version of Gymnasium's vector environment, theirs `DummyVecEnv`. With two threads, which
either side may use as it likes, times are those on the wall; `sb3_one_thread` is theirs with PyTorch kept to one.

    policyproof bench cartpole --json reports/benchmarks/ppo-cartpole-cpu.json
"""

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import pytest

ID = "CartPole-v1"
STEPS, ROUNDS = 16_384, 3

Functions = Iterator[Callable[[], object]]


def ours(environments: int, steps: int, epochs: int, minibatch: int, threads: int) -> Functions:
    from policyproof.fast import PPO, PPOConfig

    sizes = {"environments": environments, "steps": steps, "epochs": epochs, "minibatch_size": minibatch}
    agent = PPO(ID, PPOConfig(**sizes, threads=threads))
    return repeat(lambda: agent.learn(STEPS))


def sb3(environments: int, steps: int, epochs: int, minibatch: int, threads: int) -> Functions:
    import torch
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env

    torch.set_num_threads(threads)
    environment = make_vec_env(ID, environments, seed=0)
    agent = PPO("MlpPolicy", environment, n_steps=steps, n_epochs=epochs, batch_size=minibatch, device="cpu", seed=0)
    return repeat(lambda: agent.learn(STEPS, reset_num_timesteps=False))


def sb3_one_thread(threads: int, **sizes: int) -> Functions:
    return sb3(**sizes, threads=1)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "sizes",
    [
        {"environments": 64, "steps": 64, "epochs": 4, "minibatch": 512},
        {"environments": 256, "steps": 32, "epochs": 4, "minibatch": 1024},
        {"environments": 256, "steps": 32, "epochs": 1, "minibatch": 1024},
    ],
    ids=lambda sizes: f"{sizes['environments']}x{sizes['steps']}x{sizes['epochs']}",
)
def test_throughput(interleaved: Callable[..., Callable[[str], Any]], sizes: dict[str, int], threads: int) -> None:
    contenders = [ours, sb3] if threads == 1 else [ours, sb3, sb3_one_thread]
    first, rest = 2 * 64 * 4, 2 * 64 * 64 + 64 * 2 + 64  # weights of the policy and the critic
    operations = STEPS * (2 * (first + rest) + sizes["epochs"] * (4 * first + 6 * rest))  # to play, and to learn
    interleaved(
        contenders, {**sizes, "threads": threads}, work={"matmul": operations / threads}, calls=1, rounds=ROUNDS,
        per=STEPS, threads=threads,
    )  # fmt: skip
