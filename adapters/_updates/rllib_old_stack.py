"""RLlib, the old stack: ``multi_gpu_train_one_step`` of a batch where plain, else PPO's whole training step."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from ray.rllib.algorithms.ppo import PPO, PPOConfig
from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy
from ray.rllib.execution.train_ops import multi_gpu_train_one_step
from ray.rllib.models import ModelCatalog
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from ray.rllib.policy.sample_batch import DEFAULT_POLICY_ID, SampleBatch
from ray.util.timer import _Timer
from torch import nn

from .._collectors.rllib_old_stack import OLD
from .._torch import generators_kept, tensor
from . import Given, PlainAscent
from ._rows import Nothing, Rows, action_space, numbered
from .rllib import inputs

__all__ = ["ppo"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """Parameters, and the rows of each step."""
    rows, size = Rows(given), len(given.states)
    ModelCatalog.register_custom_model("rows", _Model)
    model = {"custom_model": "rows", "custom_model_config": {"rows": rows}}
    config = PPOConfig().api_stack(**OLD).training(model=model, train_batch_size=size, minibatch_size=size)
    if plain:
        config = config.training(lr=plain.learning_rate, clip_param=plain.clip_range, num_epochs=plain.epochs)
        config = config.training(use_kl_loss=False)
    config.validate()
    observed = spaces.Box(0, size, (1,), dtype=np.float32)
    with generators_kept():
        policy = (_Descent if plain else PPOTorchPolicy)(observed, action_space(given), config)
        rows.asked.clear()
        batch = _batch(given).as_multi_agent()
        algorithm = _algorithm(config, policy, batch)
        if plain:
            multi_gpu_train_one_step(algorithm, batch)
        else:
            PPO._training_step_old_api_stack(algorithm)
    return rows.vector, rows.asked


class _Model(TorchModelV2, nn.Module):  # type: ignore[misc]
    """The policy of the batch, and a critic that says 0."""

    def __init__(self, *spaces_and_outputs: Any, rows: Rows) -> None:
        TorchModelV2.__init__(self, *spaces_and_outputs)
        nn.Module.__init__(self)
        self.rows, self.nothing, self.seen = rows, Nothing(), torch.empty(0)

    def forward(self, batch: Any, state: Any, _lengths: Any) -> Any:
        self.seen = batch["obs"]
        outputs = self.rows(self.seen)
        return torch.cat(outputs, dim=1) if isinstance(outputs, tuple) else outputs, state

    def value_function(self) -> Any:
        return self.nothing(self.seen)[:, 0]


class _Descent(PPOTorchPolicy):  # type: ignore[misc]
    """Plain SGD."""

    def optimizer(self) -> Any:
        return torch.optim.SGD(self.model.parameters(), lr=self.config["lr"])


def _algorithm(config: Any, policy: Any, batch: Any) -> Any:
    """An algorithm whose only worker has this policy, and samples this batch."""
    worker = SimpleNamespace(
        policy_map={DEFAULT_POLICY_ID: policy},
        is_policy_to_train=None,
        sample=lambda: batch,
        set_global_vars=lambda _variables: None,
    )
    group = SimpleNamespace(local_env_runner=worker, num_remote_workers=lambda: 0)
    return SimpleNamespace(
        config=config,
        env_runner=worker,
        env_runner_group=group,
        get_policy=worker.policy_map.get,
        reward_estimators={},
        _counters=defaultdict(int),
        _timers=defaultdict(_Timer),
    )


def _batch(given: Given) -> Any:
    size = len(given.states)
    columns = {"obs": numbered(given), "actions": tensor(given.actions), "action_dist_inputs": inputs(given)}
    columns |= {"action_logp": tensor(given.log_probs), "advantages": tensor(given.advantages)}
    columns |= dict.fromkeys(("value_targets", "rewards"), torch.zeros(size))
    return SampleBatch({name: column.numpy() for name, column in columns.items()})
