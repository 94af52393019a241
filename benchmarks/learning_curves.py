"""Learning curves of PPO and TRPO: ours and stable-baselines3's or sb3-contrib's, over eight seeds or the number given.

Both sides have the same hyper-parameters: `TASKS`. Where a task normalises observations and rewards, theirs does it by
`VecNormalize`; returns are always in the environment's own rewards. sb3-contrib's TRPO averages the divergence over the
D dimensions of an action: its trust region is D times as large as `target_kl` says, and its damping D times too. So
where D > 1 each side learns twice, with the numbers as given and with those that give it the other's trust region.

What is drawn is the mean return of the last 100 episodes of training, brought to common steps: its interquartile mean
over the seeds (a quarter of them, rounded down, is left out at either end) and the band in which 95 % of 2,000
bootstrap resamples of the seeds fall. Hopper and HalfCheetah need the extra `mujoco`.

    python benchmarks/learning_curves.py ppo Pendulum-v1 > reports/benchmarks/learning-curves-ppo-pendulum.json
    python benchmarks/learning_curves.py ppo Hopper-v5 5 > reports/benchmarks/learning-curves-ppo-hopper.json
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from math import prod
from typing import Any

import gymnasium
import numpy as np
import sb3_contrib
import stable_baselines3
import torch
from numpy.typing import NDArray
from policyproof.fast import PPO, TRPO, PPOConfig, TRPOConfig
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecNormalize

SEEDS, RESAMPLES, POINTS = 8, 2_000, 25
LIBRARIES = ("torch", "numpy", "numba", "gymnasium", "stable-baselines3", "sb3-contrib")

Config = PPOConfig | TRPOConfig
Floats = NDArray[np.float64]
Runs = Iterator[tuple[int, float]]
SHORT = PPOConfig(environments=8, steps=128, epochs=10, minibatch_size=64)
SHORT_TRPO = TRPOConfig(environments=8, steps=256)
SWING = PPOConfig(environments=4, steps=1024, epochs=10, minibatch_size=64, gamma=0.9, learning_rate=1e-3)
SWING_TRPO = TRPOConfig(environments=2, steps=1024, gamma=0.9, critic_epochs=15)
HOP = PPOConfig(environments=1, steps=2048, normalize_observations=True, normalize_rewards=True)
HOP_TRPO = TRPOConfig(environments=1, steps=2048, normalize_observations=True, normalize_rewards=True)
TASKS: dict[tuple[str, str], tuple[int, Config]] = {
    ("PPO", "CartPole-v1"): (51_200, SHORT),
    ("PPO", "Acrobot-v1"): (51_200, SHORT),
    ("PPO", "Pendulum-v1"): (102_400, SWING),
    ("PPO", "Hopper-v5"): (51_200, HOP),
    ("PPO", "HalfCheetah-v5"): (51_200, HOP),
    ("TRPO", "CartPole-v1"): (51_200, SHORT_TRPO),
    ("TRPO", "Acrobot-v1"): (51_200, SHORT_TRPO),
    ("TRPO", "Pendulum-v1"): (102_400, SWING_TRPO),
    ("TRPO", "Hopper-v5"): (51_200, HOP_TRPO),
}
"""Steps and settings. Pendulum's are those of rl-baselines3-zoo, without its state-dependent exploration."""


def _ours(environment: str, steps: int, config: Config) -> Runs:
    agent = PPO(environment, config) if isinstance(config, PPOConfig) else TRPO(environment, config)
    for update in agent.updates(steps):
        yield update.steps, update.mean_return


class _Watch(BaseCallback):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, float]] = []

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        episodes = [episode["r"] for episode in self.model.ep_info_buffer]
        self.seen.append((self.num_timesteps, float(np.mean(episodes)) if episodes else float("nan")))


def _theirs(environment: str, steps: int, config: Config) -> Runs:
    environments = make_vec_env(environment, config.environments, seed=config.seed)
    if config.normalize_observations or config.normalize_rewards:
        environments = VecNormalize(
            environments, norm_obs=config.normalize_observations, norm_reward=config.normalize_rewards,
            clip_obs=config.observation_clip, clip_reward=config.reward_clip, gamma=config.gamma,
        )  # fmt: skip
    shared: dict[str, Any] = {
        "n_steps": config.steps, "gamma": config.gamma, "gae_lambda": config.lam, "device": "cpu", "seed": config.seed,
    }  # fmt: skip
    model: Any
    if isinstance(config, PPOConfig):
        model = stable_baselines3.PPO(
            "MlpPolicy", environments, batch_size=config.minibatch_size, n_epochs=config.epochs,
            clip_range=config.clip_range, ent_coef=config.entropy_coefficient, vf_coef=config.value_coefficient,
            max_grad_norm=config.max_gradient_norm, learning_rate=config.learning_rate, **shared,
        )  # fmt: skip
    else:
        model = sb3_contrib.TRPO(
            "MlpPolicy", environments, target_kl=config.max_kl, cg_damping=config.damping,
            cg_max_steps=config.conjugate_gradient_iterations, line_search_shrinking_factor=config.backtrack_factor,
            line_search_max_iter=config.backtrack_steps, n_critic_updates=config.critic_epochs,
            batch_size=config.critic_minibatch_size, learning_rate=config.critic_learning_rate, **shared,
        )  # fmt: skip
    watch = _Watch()
    model.learn(steps, callback=watch)
    yield from watch.seen


def _interquartile_mean(values: Floats) -> Floats:
    """The mean over the rows without the lowest and the highest quarter of them, rounded down."""
    cut = len(values) // 4
    return np.asarray(np.sort(values, axis=0)[cut : len(values) - cut].mean(axis=0))


def _curve(name: str, grid: Floats, runs: list[list[tuple[int, float]]]) -> dict[str, Any]:
    rows = []
    for run in runs:
        steps, returns = np.array([seen for seen in run if np.isfinite(seen[1])]).T
        rows.append(np.interp(grid, steps, returns))
    values, draw = np.array(rows), np.random.default_rng(0)
    resampled = np.array(
        [_interquartile_mean(values[draw.integers(0, len(rows), len(rows))]) for _ in range(RESAMPLES)]
    )
    low, high = np.quantile(resampled, (0.025, 0.975), axis=0)
    lines = {"interquartile_mean": _interquartile_mean(values), "low": low, "high": high}
    return {"name": name, "steps": grid.tolist(), **{key: np.round(line, 2).tolist() for key, line in lines.items()}}


def _sides(environment: str, steps: int, config: Config) -> dict[str, Callable[[Config], Runs]]:
    """Who learns, by the name of its curve."""
    ours, theirs = (partial(side, environment, steps) for side in (_ours, _theirs))
    dimensions = prod(gymnasium.make(environment).action_space.shape or ())
    if isinstance(config, PPOConfig):
        return {"policyproof": ours, "stable-baselines3": theirs}
    if dimensions == 1:
        return {"policyproof": ours, "sb3-contrib": theirs}

    def scaled(by: float, side: Callable[[Config], Runs]) -> Callable[[Config], Runs]:
        return lambda seeded: side(replace(seeded, max_kl=by * config.max_kl, damping=by * config.damping))

    return {
        "policyproof": ours,
        f"policyproof, max_kl and damping × {dimensions}": scaled(dimensions, ours),
        "sb3-contrib": theirs,
        f"sb3-contrib, target_kl and damping ÷ {dimensions}": scaled(1 / dimensions, theirs),
    }


def _record(algorithm: str, environment: str, seeds: int) -> dict[str, Any]:
    torch.set_num_threads(1)
    steps, config = TASKS[algorithm, environment]
    sides = _sides(environment, steps, config)
    found: dict[str, list[list[tuple[int, float]]]] = {name: [] for name in sides}
    for seed in range(seeds):
        for name, play in sides.items():
            found[name].append(list(play(replace(config, seed=seed))))
        print(
            f"seed {seed}: " + ", ".join(f"{name} {runs[-1][-1][1]:.4g}" for name, runs in found.items()),
            file=sys.stderr,
            flush=True,
        )
    return {
        "schema": "policyproof/learning-curves/1",
        "what": f"{algorithm} on {environment}: return of the last 100 episodes, equal hyper-parameters",
        "environment": environment,
        "seeds": seeds,
        "settings": config.as_dict(),
        "band": "95 % of 2,000 bootstrap resamples of the seeds",
        "versions": {name: version(name) for name in LIBRARIES},
        "curves": [_curve(name, np.linspace(steps / POINTS, steps, POINTS), runs) for name, runs in found.items()],
        "complete": True,
    }


if __name__ == "__main__":
    task = sys.argv[1].upper(), sys.argv[2]
    if task not in TASKS:
        sys.exit("expected one of: " + ", ".join(" ".join(task) for task in TASKS))
    print(json.dumps(_record(*task, int(sys.argv[3]) if len(sys.argv) > 3 else SEEDS), indent=1))
