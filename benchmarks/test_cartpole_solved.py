"""PPO until CartPole-v1 is solved, beside stable-baselines3 with the settings published in rl-baselines3-zoo.

Solved: the mean return of the last 100 episodes reaches 475. A seed a round, for at most the 100,000 steps given there,
or 300,000 of ours. The time counts from before the agent is made; a run that was not solved counts with all its time,
which is too little, so that more than half have to be.

    policyproof bench cartpole-solved --json reports/benchmarks/ppo-cartpole-solved-cpu.json
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import numpy as np

ID = "CartPole-v1"
SOLVED, SEEDS = 475.0, 10
FAST: dict[str, Any] = {
    "environments": 64, "steps": 32, "epochs": 10, "minibatch_size": 256, "learning_rate": 1e-3, "gamma": 0.98,
    "lam": 0.8,
}  # fmt: skip
PATIENCE = 300_000
PUBLISHED: dict[str, Any] = {
    "n_steps": 32, "batch_size": 256, "gae_lambda": 0.8, "gamma": 0.98, "n_epochs": 20, "ent_coef": 0.0,
    "learning_rate": lambda remaining: 0.001 * remaining, "clip_range": lambda remaining: 0.2 * remaining,
}  # fmt: skip
"""rl-baselines3-zoo, hyperparams/ppo.yml, CartPole-v1, with 8 environments."""
PUBLISHED_STEPS = 100_000

Functions = Iterator[Callable[[], object]]


def ours() -> Functions:
    from policyproof.fast import PPO, PPOConfig

    def run(seed: int) -> list[bool]:
        agent = PPO(ID, PPOConfig(**FAST, seed=seed))
        reports = agent.updates(PATIENCE)
        solved.append(any(agent.collector.episodes >= 100 and report.mean_return >= SOLVED for report in reports))
        return solved

    solved: list[bool] = []
    return (partial(run, seed) for seed in count())


def sb3() -> Functions:
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.env_util import make_vec_env

    class UntilSolved(BaseCallback):
        reached = False

        def _on_step(self) -> bool:
            episodes = self.model.ep_info_buffer or ()
            self.reached = len(episodes) == 100 and float(np.mean([episode["r"] for episode in episodes])) >= SOLVED
            return not self.reached

    def run(seed: int) -> list[bool]:
        agent = PPO("MlpPolicy", make_vec_env(ID, 8, seed=seed), device="cpu", seed=seed, **PUBLISHED)
        callback = UntilSolved()
        agent.learn(PUBLISHED_STEPS, callback=callback)
        solved.append(callback.reached)
        return solved

    solved: list[bool] = []
    return (partial(run, seed) for seed in count())


def test_solved(interleaved: Callable[..., Callable[[str], Any]], benchmark: Any) -> None:
    answer = interleaved([ours, sb3], {}, calls=1, rounds=SEEDS)
    counts = {name: sum(answer(name)[1:]) for name in ("ours", "sb3")}  # the first run, seed 0, loads machine code
    assert min(counts.values()) > SEEDS / 2
    benchmark.extra_info["sizes"] = {"solved": ", ".join(f"{name} {n} of {SEEDS}" for name, n in counts.items())}
