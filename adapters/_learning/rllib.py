"""RLlib's ``PPO.train``, whose runner and learner are local."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
import ray
from ray.rllib.algorithms.ppo import PPO, PPOConfig
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from .._collectors.rllib import Tables, staged
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["ROLLOUT", "Alone", "configured", "learned"]

ROLLOUT, TOGETHER = STEPS * ENVIRONMENTS, 8
"""Of steps of all environments between updates, and of environments: a step of all costs little more than one alone."""


class Alone(PPO):  # type: ignore[misc]
    """PPO without a cluster, which none of its parts asks for, and without a folder of results."""

    def __init__(self, config: Any) -> None:
        with _nothing_shared():
            super().__init__(config)

    def _setup_logdir(self) -> None:
        self._logdir = None

    def train(self) -> Any:
        """One rollout and its update."""
        with _nothing_shared():
            return super().train()


def _nothing_shared() -> Any:
    """``ray.put``, which would start a cluster, is given things that only remote runners would ask for."""
    return patch.object(ray, "put", lambda thing: thing)


def configured(make_env: Any, seed: int) -> PPOConfig:
    """Settings that both stacks have in common; with a KL term, a table learns little in some hundred steps."""
    config = PPOConfig().environment(staged(make_env)).training(lr=RATE, num_epochs=10, use_kl_loss=False)
    config = config.env_runners(num_env_runners=0, num_envs_per_env_runner=TOGETHER)
    return config.debugging(seed=seed, log_level="ERROR", log_sys_usage=False)


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        env = make_env()
        zeros = np.zeros((env.observation_space.n, env.action_space.n))
        tables = {"logits": zeros, "values": zeros[:, 0]}
        config = configured(make_env, seed).training(train_batch_size_per_learner=ROLLOUT, minibatch_size=None)
        algorithm = Alone(config.rl_module(rl_module_spec=RLModuleSpec(Tables, model_config=tables)))
        for _ in range(-(-steps // ROLLOUT)):
            algorithm.train()
            report(algorithm.learner_group._learner.module[DEFAULT_MODULE_ID].unwrapped().policy)

    return reported(learn, seed)
