"""torchrl's ``Collector`` on its ``SerialEnv`` of Gymnasium environments, then its ``GAE``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from tensordict.nn import InteractionType, TensorDictModule
from torch import nn
from torchrl.collectors import Collector
from torchrl.envs import GymWrapper, SerialEnv
from torchrl.modules import ProbabilisticActor
from torchrl.objectives.value import GAE

from .._torch import Table, generators_kept

__all__ = ["collected", "tables"]


class _Float(nn.Module):
    def __init__(self, table: Any) -> None:
        super().__init__()
        self.table = Table(table)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.table(self.table.one_hot(states))
        return logits


def tables(logits: Any, values: Any) -> tuple[Any, Any]:
    """An actor and a critic that look a state up."""
    actor = ProbabilisticActor(
        TensorDictModule(_Float(logits), in_keys=["observation"], out_keys=["logits"]),
        in_keys=["logits"],
        distribution_class=torch.distributions.Categorical,
        return_log_prob=True,
        default_interaction_type=InteractionType.RANDOM,
    )
    return actor, TensorDictModule(_Float(values[:, None]), in_keys=["observation"], out_keys=["state_value"])


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """One batch of the collector, with advantages and targets."""
    actor, critic = tables(np.log(policy), values)
    with generators_kept():
        torch.manual_seed(seed)
        vector = SerialEnv(envs, [lambda: GymWrapper(make_env(), categorical_action_encoding=True)] * envs)
        vector.set_seed(seed)
        frames = steps * envs
        collector = Collector(vector, actor, frames_per_batch=frames, total_frames=frames)
        (batch,) = list(collector)
        GAE(gamma=gamma, lmbda=lam, value_network=critic)(batch)
        collector.shutdown()
    columns = {"states": batch["observation"], "actions": batch["action"]}
    columns |= {"rewards": batch["next", "reward"], "advantages": batch["advantage"]}
    columns |= {"returns": batch["value_target"], "log_probs": batch["action_log_prob"]}
    return SimpleNamespace(
        **{name: column.detach().numpy().reshape(envs, steps).T.copy() for name, column in columns.items()}
    )
