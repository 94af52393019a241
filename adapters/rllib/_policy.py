"""``PPOTorchPolicy.loss`` of outputs of a model, all that is not asked for switched off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy
from ray.rllib.policy.sample_batch import SampleBatch

from ._batch import PLAIN, Rows, columns

__all__ = ["losses"]


class _Model:
    """Outputs and values of all rows."""

    def __init__(self, inputs: torch.Tensor, values: torch.Tensor) -> None:
        self.inputs, self.values = inputs, values
        self.tower_stats: dict[str, Any] = {}

    def __call__(self, _batch: Any) -> Any:
        return self.inputs, []

    def value_function(self) -> torch.Tensor:
        return self.values


def losses(inputs: Any, batch: dict[str, Any], *, kind: Any = Rows, values: Any = None, **settings: Any) -> Any:
    """The loss where the model gives these inputs of distributions of a kind, and what it keeps for its statistics."""
    model: Any = _Model(inputs, torch.zeros(len(inputs)) if values is None else values)
    policy: Any = SimpleNamespace(config=PLAIN | settings, entropy_coeff=0.0, kl_coeff=0.0)
    policy.loss_initialized = lambda: False
    return PPOTorchPolicy.loss(policy, model, kind, SampleBatch(columns(inputs, batch))), model.tower_stats
