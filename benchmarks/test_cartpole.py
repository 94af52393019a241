"""CartPole-v1 end to end: steps a second of training, and the time until it is solved, beside stable-baselines3.

- `throughput`: the same hyper-parameters on both sides, `STEPS` transitions of playing and learning, in rounds in
  which both run in turn. Ours plays Gymnasium's own vector version of the environment, theirs its `DummyVecEnv`.
- `solved`: until the mean return of the last 100 episodes first reaches 475, over `SEEDS` seeds: ours with `FAST`,
  theirs with the settings published in rl-baselines3-zoo for CartPole-v1, for at most the steps given there or 300,000
  of ours. The clock starts before the agent is made; machine code was loaded by a run before.

One process and one thread on either side. Times are CPU times of the process, which on an idle machine are the time on
the wall; both are kept. The load average is printed.

    policyproof bench cartpole --json reports/benchmarks/ppo-cartpole-cpu.json
"""

import os
from collections.abc import Callable, Iterator
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pytest
import stable_baselines3
import torch
from policyproof.fast import PPO, PPOConfig
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

ID = "CartPole-v1"
STEPS, ROUNDS = 65_536, 3
SHARED = [
    PPOConfig(environments=64, steps=64, epochs=4, minibatch_size=512),
    PPOConfig(environments=256, steps=32, epochs=4, minibatch_size=1024),
]
SOLVED, SEEDS = 475.0, 10
FAST = PPOConfig(
    environments=64, steps=32, epochs=10, minibatch_size=256, learning_rate=1e-3, gamma=0.98, lam=0.8,
)  # fmt: skip
PATIENCE = 300_000
PUBLISHED_STEPS = 100_000
PUBLISHED: dict[str, Any] = {
    "n_steps": 32, "batch_size": 256, "gae_lambda": 0.8, "gamma": 0.98, "n_epochs": 20, "ent_coef": 0.0,
    "learning_rate": lambda remaining: 0.001 * remaining, "clip_range": lambda remaining: 0.2 * remaining,
}  # fmt: skip
"""rl-baselines3-zoo, hyperparams/ppo.yml, CartPole-v1, with 8 environments."""

Row = dict[str, Any]
_rows: list[Row] = []


def _theirs(config: PPOConfig, seed: int) -> Any:
    """Their agent with our hyper-parameters."""
    return stable_baselines3.PPO(
        "MlpPolicy", make_vec_env(ID, config.environments, seed=seed), n_steps=config.steps,
        batch_size=config.minibatch_size, n_epochs=config.epochs, gamma=config.gamma, gae_lambda=config.lam,
        clip_range=config.clip_range, ent_coef=config.entropy_coefficient, vf_coef=config.value_coefficient,
        max_grad_norm=config.max_gradient_norm, learning_rate=config.learning_rate, device="cpu", seed=seed,
    )  # fmt: skip


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds and seconds on the wall."""
    wall, cpu = perf_counter(), process_time()
    run()
    return process_time() - cpu, perf_counter() - wall


class _UntilSolved(BaseCallback):
    """Stops at a mean return of 475 over 100 episodes."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = False

    def _on_step(self) -> bool:
        episodes = self.model.ep_info_buffer
        self.reached = len(episodes) == 100 and float(np.mean([episode["r"] for episode in episodes])) >= SOLVED
        return not self.reached


def _solve_ours(seed: int) -> Row:
    def run() -> None:
        agent = PPO(ID, PPOConfig(**{**FAST.as_dict(), "seed": seed}))
        for report in agent.updates(PATIENCE):
            told["steps"] = report.steps
            if agent.collector.episodes >= 100 and report.mean_return >= SOLVED:
                told["reached"] = True
                return

    told: Row = {"reached": False}
    cpu, wall = _timed(run)
    return {**told, "cpu_seconds": round(cpu, 3), "wall_seconds": round(wall, 3)}


def _solve_theirs(seed: int) -> Row:
    def run() -> None:
        model = stable_baselines3.PPO("MlpPolicy", make_vec_env(ID, 8, seed=seed), device="cpu", seed=seed, **PUBLISHED)
        model.learn(PUBLISHED_STEPS, callback=callback)
        told["steps"] = model.num_timesteps

    told: Row = {}
    callback = _UntilSolved()
    cpu, wall = _timed(run)
    return {**told, "reached": callback.reached, "cpu_seconds": round(cpu, 3), "wall_seconds": round(wall, 3)}


@pytest.fixture(scope="module", autouse=True)
def _one_thread_and_a_table(request: pytest.FixtureRequest) -> Iterator[None]:
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(count)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    if _rows and capture:
        with capture.global_and_fixture_disabled():
            print(f"\n\n{ID}, one thread, load average {os.getloadavg()[0]:.2g}")
            for row in _rows:
                print("  " + ", ".join(f"{name} {value}" for name, value in row.items() if not isinstance(value, list)))


@pytest.mark.parametrize("config", SHARED, ids=lambda config: f"{config.environments}x{config.steps}")
def test_throughput(benchmark: Any, config: PPOConfig) -> None:
    """Steps a second of playing and learning."""
    agent, model = PPO(ID, config), _theirs(config, 0)
    agent.learn(1)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        before = agent.steps
        cpu, wall = _timed(lambda: agent.learn(STEPS))
        ours.append(((agent.steps - before) / cpu, (agent.steps - before) / wall))
        before = model.num_timesteps
        cpu, wall = _timed(lambda: model.learn(STEPS, reset_num_timesteps=False))
        theirs.append(((model.num_timesteps - before) / cpu, (model.num_timesteps - before) / wall))
    (our_cpu, our_wall), (their_cpu, their_wall) = np.median(ours, axis=0), np.median(theirs, axis=0)
    row = {
        "environments": config.environments,
        "steps": config.steps,
        "epochs": config.epochs,
        "minibatch": config.minibatch_size,
        "ours_steps_a_cpu_second": round(our_cpu),
        "ours_steps_a_wall_second": round(our_wall),
        "sb3_steps_a_cpu_second": round(their_cpu),
        "sb3_steps_a_wall_second": round(their_wall),
        "sb3_to_ours": float(f"{np.median(np.array(ours)[:, 0] / np.array(theirs)[:, 0]):.3g}"),
        "load_average": float(f"{os.getloadavg()[0]:.2g}"),
    }
    _rows.append(row)
    benchmark.extra_info.update(row)
    benchmark.pedantic(lambda: agent.learn(STEPS), rounds=1)


def test_solved(benchmark: Any) -> None:
    """Time until the mean return over 100 episodes reaches 475."""
    _solve_ours(SEEDS)
    ours, theirs = [], []
    for seed in range(SEEDS):
        ours.append(_solve_ours(seed))
        theirs.append(_solve_theirs(seed))
    medians = [
        float(np.median([run["cpu_seconds"] if run["reached"] else np.inf for run in runs])) for runs in (ours, theirs)
    ]
    solved = [sum(run["reached"] for run in runs) for runs in (ours, theirs)]
    row: Row = {
        "solved": f"ours {solved[0]} of {SEEDS}, stable-baselines3 {solved[1]} of {SEEDS}",
        "ours_median_cpu_seconds": round(medians[0], 3),
        "sb3_median_cpu_seconds": round(medians[1], 3),
        "sb3_to_ours": float(f"{medians[1] / medians[0]:.3g}"),
        "load_average": float(f"{os.getloadavg()[0]:.2g}"),
        "ours": ours,
        "sb3": theirs,
    }
    _rows.append(row)
    benchmark.extra_info.update(row)
    benchmark.pedantic(lambda: _solve_ours(0), rounds=1)
