"""xuance's ``PPO_Agent.train`` on its ``DummyVecEnv``, up to an update of no epochs."""

from __future__ import annotations

from argparse import Namespace
from contextlib import redirect_stderr
from io import StringIO
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
from torch import nn
from xuance.common import BaseCallback
from xuance.environment import DummyVecEnv
from xuance.environment.utils import XuanCeEnvWrapper
from xuance.torch.agents import PPO_Agent
from xuance.torch.agents.base import agent as base

from .._torch import Table, generators_kept
from .._xuance import categorical, settings

__all__ = ["Tables", "collected", "trained"]


class Tables(nn.Module):
    """A table of logits and one of values as a policy."""

    def __init__(self, logits: Any, values: Any) -> None:
        super().__init__()
        self.actor, self.critic = Table(logits), Table(values[:, None])

    def forward(self, states: Any) -> Any:
        """No features, the distribution, and values ``[B]``."""
        rows = self.actor.one_hot(states)
        return {}, categorical(self.actor(rows)), self.critic(rows)[:, 0]


class _Agent(PPO_Agent):  # type: ignore[misc]
    def _build_policy(self) -> Any:
        return self.config.tables


class _Episodes(XuanCeEnvWrapper):  # type: ignore[misc]
    """An environment that is seeded once."""

    max_episode_steps = 0

    def __init__(self, env: Any, seed: int) -> None:
        super().__init__(env)
        self.seed: Any = seed

    def reset(self, **options: Any) -> Any:
        seed, self.seed = self.seed, None
        return super().reset(seed=seed, **options)


class _Kept(BaseCallback):  # type: ignore[misc]
    """The memory of the first update."""

    def on_train_epochs_end(self, _step: int, **told: Any) -> None:
        memory = told["memory"]
        self.columns = {name: getattr(memory, name) for name in ("observations", "actions", "rewards", "returns")}
        self.columns |= {"advantages": memory.advantages, "log_probs": memory.auxiliary_infos["old_logp"]}


def trained(make_env: Any, tables: Tables, envs: int, updates: int, seed: int, callback: Any, **changed: Any) -> None:
    """``PPO_Agent.train`` for so many updates; nothing is written, and observations stay as they are."""
    with TemporaryDirectory() as folder, redirect_stderr(StringIO()), patch.object(base, "SummaryWriter"):
        config: Namespace = settings("ppo", changed["horizon_size"] * updates * envs, **changed)
        silent = {"render": False, "fps": 0, "logger": "tensorboard", "log_dir": folder, "model_dir": folder}
        vars(config).update(silent, parallels=envs, seed=seed, use_obsnorm=False, dl_toolbox="torch", tables=tables)
        makers = [lambda env_seed: _Episodes(make_env(), env_seed)] * envs
        _Agent(config, DummyVecEnv(makers, seed), callback=callback).train(config.horizon_size * updates)


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """What the memory holds."""
    how = {"horizon_size": steps, "gamma": gamma, "gae_lambda": lam, "n_epochs": 0, "use_rewnorm": False}
    kept = _Kept()
    with generators_kept():
        trained(make_env, Tables(np.log(policy), values), envs, 1, seed, kept, **how)
    columns = {"states": kept.columns.pop("observations")} | kept.columns
    return SimpleNamespace(**{name: column.T.copy() for name, column in columns.items()})
