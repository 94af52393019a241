"""The learning loop of an on-policy algorithm: ``collect_rollouts`` and ``train``, in turn, as ``learn`` calls them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from stable_baselines3.common.callbacks import ConvertCallback
from stable_baselines3.common.vec_env import DummyVecEnv

from .._torch import generators, generators_kept, set_generators

__all__ = ["learned"]

ENVIRONMENTS = 2
QUICK = {"n_steps": 32, "batch_size": 64, "learning_rate": 0.02, "policy_kwargs": {"net_arch": []}, "device": "cpu"}
"""A table that learns within some hundred steps; all else is the library's default."""


def learned(kind: Any, make_env: Any, *, steps: int, seed: int, **options: Any) -> Iterator[Any]:
    """π [S, A] after each update. The library draws from global generators: while it works, they are its own."""
    with generators_kept():
        algorithm = kind("MlpPolicy", DummyVecEnv([make_env] * ENVIRONMENTS), seed=seed, **QUICK)
        _, callback = algorithm._setup_learn(steps, ConvertCallback(lambda *_: True))
        own = generators()
    rollout = {"rollout_buffer": algorithm.rollout_buffer, "n_rollout_steps": algorithm.n_steps} | options
    while algorithm.num_timesteps < steps:
        with generators_kept():
            set_generators(own)
            algorithm.collect_rollouts(algorithm.env, callback, **rollout)
            algorithm._update_current_progress_remaining(algorithm.num_timesteps, steps)
            algorithm.train()
            own = generators()
        yield _policy(algorithm)


def _policy(algorithm: Any) -> Any:
    with torch.no_grad():
        every = torch.arange(algorithm.observation_space.n)
        return algorithm.policy.get_distribution(every).distribution.probs.numpy()
