"""RLlib's ``PPO.train`` on its old stack, whose worker is local."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .._collectors.rllib_old_stack import OLD, tables
from . import reported
from .rllib import ROLLOUT, Alone, configured

__all__ = ["learned"]


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        env = make_env()
        zeros = np.zeros((env.observation_space.n, env.action_space.n))
        config = configured(make_env, seed).api_stack(**OLD)
        sizes = {"train_batch_size": ROLLOUT, "minibatch_size": ROLLOUT}
        algorithm = Alone(config.training(model=tables(zeros, zeros[:, 0]), **sizes))
        for _ in range(-(-steps // ROLLOUT)):
            algorithm.train()
            report(algorithm.get_policy().model.table.policy)

    return reported(learn, seed)
