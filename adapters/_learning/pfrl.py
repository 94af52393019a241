"""pfrl's ``train_agent_batch``, whose agent is its PPO."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pfrl
import torch
from pfrl.agents import PPO
from pfrl.envs import SerialVectorEnv
from pfrl.experiments import train_agent_batch
from pfrl.policies import SoftmaxCategoricalHead
from torch import nn

from .._collectors.pfrl import SILENT, OldInterface
from .._torch import Table
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["learned"]


class _Heard(PPO):  # type: ignore[misc]
    """PPO that reports after each update."""

    report: Any
    table: Any

    def _update(self, dataset: Any) -> None:
        super()._update(dataset)
        self.report(self.table.policy)


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        envs = [OldInterface(make_env(), n, seed + n) for n in range(ENVIRONMENTS)]
        states, actions = envs[0].observation_space.n, envs[0].action_space.n
        table, rollout = Table(np.zeros((states, actions))), STEPS * ENVIRONMENTS
        model = pfrl.nn.Branched(nn.Sequential(table, SoftmaxCategoricalHead()), Table(np.zeros((states, 1))))
        one_hot = torch.eye(states).numpy()
        optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
        agent = _Heard(model, optimiser, update_interval=rollout, phi=lambda seen: one_hot[seen[0]])
        agent.report, agent.table = report, table
        with TemporaryDirectory() as folder:  # where it saves the agent
            whole = -(-steps // rollout) * rollout
            train_agent_batch(agent, SerialVectorEnv(envs), whole, folder, logger=SILENT, checkpoint_freq=None)

    return reported(learn, seed)
