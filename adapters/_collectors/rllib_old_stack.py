"""RLlib's ``RolloutWorker``, whose policy is ``PPOTorchPolicy``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy
from ray.rllib.evaluation.rollout_worker import RolloutWorker
from ray.rllib.models import ModelCatalog
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from torch import nn

from .._torch import Table, generators_kept

__all__ = ["OLD", "collected", "tables"]

OLD = {"enable_rl_module_and_learner": False, "enable_env_runner_and_connector_v2": False}


class Tables(TorchModelV2, nn.Module):  # type: ignore[misc]
    """Logits and values of states, which RLlib gives one-hot."""

    def __init__(self, *spaces_and_outputs: Any, logits: Any, values: Any) -> None:
        TorchModelV2.__init__(self, *spaces_and_outputs)
        nn.Module.__init__(self)
        self.table, self.critic = Table(logits), Table(values[:, None])
        self.seen = torch.empty(0)

    def forward(self, batch: Any, state: Any, _lengths: Any) -> Any:
        self.seen = batch["obs"]
        return self.table(self.seen), state

    def value_function(self) -> Any:
        return self.critic(self.seen)[:, 0]


def tables(logits: Any, values: Any) -> dict[str, Any]:
    """The settings of a model that consists of tables."""
    ModelCatalog.register_custom_model("tables", Tables)
    return {"custom_model": "tables", "custom_model_config": {"logits": logits, "values": values}}


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """Its batch holds T steps of one environment after those of the other."""
    config = PPOConfig().api_stack(**OLD).debugging(seed=seed, log_level="ERROR")
    config = config.env_runners(num_env_runners=0, num_envs_per_env_runner=envs, rollout_fragment_length=steps)
    config = config.training(gamma=gamma, lambda_=lam, model=tables(np.log(policy), values))
    with generators_kept():
        made = {"env_creator": lambda _config: make_env(), "default_policy_class": PPOTorchPolicy}
        batch = RolloutWorker(config=config, **made).sample()["default_policy"]
    columns = {name: batch[column].reshape(envs, steps).T for name, column in _COLUMNS.items()}
    return SimpleNamespace(states=batch["obs"].argmax(axis=1).reshape(envs, steps).T, **columns)


_COLUMNS = {
    "actions": "actions",
    "rewards": "rewards",
    "advantages": "advantages",
    "returns": "value_targets",
    "log_probs": "action_logp",
}
