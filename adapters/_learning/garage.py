"""garage's ``Trainer``, which alternates a ``LocalSampler`` and the updates of PPO.

It writes no description of itself: that needs a name that NumPy 2 has dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import akro
import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical

from .._garage.library import PPO, EnvSpec, OptimizerWrapper, StepType
from .._garage.untrained import NUMBERED, Policy
from .._torch import Table
from . import ENVIRONMENTS, RATE, STEPS, reported

# isort: split
from garage import Environment, EnvStep
from garage.experiment import SnapshotConfig
from garage.sampler import LocalSampler, NewEnvUpdate
from garage.torch.value_functions import GaussianMLPValueFunction
from garage.trainer import Trainer

__all__ = ["learned"]


class _Wrapped(Environment):  # type: ignore[misc]
    """A Gymnasium environment whose states are observed as numbers: an episode ends with value 0, also at a limit."""

    render_modes = ()

    def __init__(self, env: Any, seed: int | None) -> None:
        self.env, self.seed = env, seed
        actions = akro.Discrete(env.action_space.n)
        self.described = EnvSpec(NUMBERED.observation_space, actions, max_episode_length=STEPS)

    @property
    def action_space(self) -> Any:
        """Of the description."""
        return self.described.action_space

    @property
    def observation_space(self) -> Any:
        """Of the description."""
        return self.described.observation_space

    @property
    def spec(self) -> Any:
        """The description."""
        return self.described

    def reset(self) -> Any:
        """The first state, and nothing else."""
        state, _ = self.env.reset(seed=self.seed)
        self.seed = None
        return np.array([state], dtype=np.float32), {}

    def step(self, action: Any) -> Any:
        """A step, which may end the episode."""
        state, reward, terminated, truncated, _ = self.env.step(int(action))
        kind = StepType.TERMINAL if terminated or truncated else StepType.MID
        return EnvStep(self.described, action, reward, np.array([state], dtype=np.float32), {}, kind)

    def render(self, mode: Any) -> None:
        """Nothing."""

    def visualize(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class _Softmax(nn.Module):
    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def forward(self, observations: Any) -> Any:
        return Categorical(logits=self.table(self.table.one_hot(observations[..., 0])))


class _Heard(PPO):  # type: ignore[misc]
    """PPO that reports after each update."""

    report: Any

    def _train_once(self, itr: Any, eps: Any) -> Any:
        result = super()._train_once(itr, eps)
        self.report(self.policy.head.table.policy)
        return result


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        spaces = make_env()
        table = Table(np.zeros((spaces.observation_space.n, spaces.action_space.n)))
        policy, rollout = Policy(_Softmax(table)), STEPS * ENVIRONMENTS
        made = [NewEnvUpdate(lambda n=n: _Wrapped(make_env(), seed + n)) for n in range(ENVIRONMENTS)]
        sampler = LocalSampler(policy, made, max_episode_length=STEPS, n_workers=ENVIRONMENTS)
        spec = EnvSpec(NUMBERED.observation_space, akro.Discrete(table.out_features), max_episode_length=STEPS)
        ascent = OptimizerWrapper((torch.optim.Adam, {"lr": RATE}), policy, max_optimization_epochs=10)
        ppo = _Heard(spec, policy, GaussianMLPValueFunction(spec), sampler, policy_optimizer=ascent)
        ppo.report = report
        with TemporaryDirectory() as folder, patch("garage.trainer.dump_json"):
            trainer = Trainer(SnapshotConfig(snapshot_dir=folder, snapshot_mode="none", snapshot_gap=1))
            trainer.setup(ppo, None)
            trainer.train(n_epochs=-(-steps // rollout), batch_size=rollout)

    return reported(learn, seed)
