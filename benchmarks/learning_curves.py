"""Learning curves of PPO and TRPO: ours and stable-baselines3's or sb3-contrib's, over eight seeds.

Both sides have the same hyper-parameters.

What is drawn is the mean return of the last 100 episodes of training, brought to common steps: its interquartile mean
over the seeds (the mean of the middle half) and the band in which 95 % of 2,000 bootstrap resamples of the seeds fall.

    python benchmarks/learning_curves.py ppo CartPole-v1 > reports/benchmarks/learning-curves-cartpole.json
    python benchmarks/learning_curves.py trpo CartPole-v1 > reports/benchmarks/learning-curves-trpo-cartpole.json
    python benchmarks/learning_curves.py trpo Acrobot-v1 > reports/benchmarks/learning-curves-trpo-acrobot.json
"""

import json
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
import sb3_contrib
import stable_baselines3
import torch
from numpy.typing import NDArray
from policyproof.fast import PPO, TRPO, PPOConfig, TRPOConfig
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

STEPS, SEEDS, RESAMPLES = 51_200, 8, 2_000
CONFIG = PPOConfig(environments=8, steps=128, epochs=10, minibatch_size=64)
TRPO_CONFIG = TRPOConfig(environments=8, steps=256)
LIBRARIES = ("torch", "numpy", "numba", "gymnasium", "stable-baselines3", "sb3-contrib")
GRID = np.linspace(STEPS / 25, STEPS, 25)

Floats = NDArray[np.float64]


def _ours(environment: str, seed: int) -> Iterator[tuple[int, float]]:
    agent = PPO(environment, PPOConfig(**{**CONFIG.as_dict(), "seed": seed}))
    for update in agent.updates(STEPS):
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


def _theirs(environment: str, seed: int) -> Iterator[tuple[int, float]]:
    model = stable_baselines3.PPO(
        "MlpPolicy", make_vec_env(environment, CONFIG.environments, seed=seed), n_steps=CONFIG.steps,
        batch_size=CONFIG.minibatch_size, n_epochs=CONFIG.epochs, gamma=CONFIG.gamma, gae_lambda=CONFIG.lam,
        clip_range=CONFIG.clip_range, ent_coef=CONFIG.entropy_coefficient, vf_coef=CONFIG.value_coefficient,
        max_grad_norm=CONFIG.max_gradient_norm, learning_rate=CONFIG.learning_rate, device="cpu", seed=seed,
    )  # fmt: skip
    watch = _Watch()
    model.learn(STEPS, callback=watch)
    yield from watch.seen


def _our_trpo(environment: str, seed: int) -> Iterator[tuple[int, float]]:
    agent = TRPO(environment, TRPOConfig(**{**TRPO_CONFIG.as_dict(), "seed": seed}))
    for update in agent.updates(STEPS):
        yield update.steps, update.mean_return


def _their_trpo(environment: str, seed: int) -> Iterator[tuple[int, float]]:
    config = TRPO_CONFIG
    model = sb3_contrib.TRPO(
        "MlpPolicy", make_vec_env(environment, config.environments, seed=seed), n_steps=config.steps,
        gamma=config.gamma, gae_lambda=config.lam, target_kl=config.max_kl, cg_damping=config.damping,
        cg_max_steps=config.conjugate_gradient_iterations, line_search_shrinking_factor=config.backtrack_factor,
        line_search_max_iter=config.backtrack_steps, n_critic_updates=config.critic_epochs,
        batch_size=config.critic_minibatch_size, learning_rate=config.critic_learning_rate, device="cpu", seed=seed,
    )  # fmt: skip
    watch = _Watch()
    model.learn(STEPS, callback=watch)
    yield from watch.seen


Side = Callable[[str, int], Iterator[tuple[int, float]]]
SIDES: dict[str, dict[str, Side]] = {
    "PPO": {"policyproof": _ours, "stable-baselines3": _theirs},
    "TRPO": {"policyproof": _our_trpo, "sb3-contrib": _their_trpo},
}


def _interquartile_mean(values: Floats) -> Floats:
    """The mean of the middle half of the rows, of which there is a multiple of four."""
    cut = len(values) // 4
    return np.asarray(np.sort(values, axis=0)[cut : len(values) - cut].mean(axis=0))


def _curve(name: str, runs: list[list[tuple[int, float]]]) -> dict[str, Any]:
    rows = []
    for run in runs:
        steps, returns = np.array([seen for seen in run if np.isfinite(seen[1])]).T
        rows.append(np.interp(GRID, steps, returns))
    values, draw = np.array(rows), np.random.default_rng(0)
    resampled = np.array([_interquartile_mean(values[draw.integers(0, SEEDS, SEEDS)]) for _ in range(RESAMPLES)])
    low, high = np.quantile(resampled, (0.025, 0.975), axis=0)
    lines = {"interquartile_mean": _interquartile_mean(values), "low": low, "high": high}
    return {"name": name, "steps": GRID.tolist(), **{key: np.round(line, 2).tolist() for key, line in lines.items()}}


def _record(algorithm: str, environment: str) -> dict[str, Any]:
    torch.set_num_threads(1)
    sides = SIDES[algorithm]
    found: dict[str, list[list[tuple[int, float]]]] = {name: [] for name in sides}
    for seed in range(SEEDS):
        for name, play in sides.items():
            found[name].append(list(play(environment, seed)))
        print(f"seed {seed} of {SEEDS}", file=sys.stderr)
    return {
        "schema": "policyproof/learning-curves/1",
        "what": f"{algorithm} on {environment}: return of the last 100 episodes, equal hyper-parameters",
        "environment": environment,
        "seeds": SEEDS,
        "band": "95 % of 2,000 bootstrap resamples of the seeds",
        "versions": {name: version(name) for name in LIBRARIES},
        "curves": [_curve(name, runs) for name, runs in found.items()],
        "complete": True,
    }


if __name__ == "__main__":
    print(json.dumps(_record(sys.argv[1].upper(), sys.argv[2]), indent=1))
