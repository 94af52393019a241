"""``PPOTorchPolicy.loss`` of outputs of a model, all that is not asked for switched off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy
from ray.rllib.policy.sample_batch import SampleBatch

__all__ = ["Rows", "losses"]

PLAIN = {"use_kl_loss": False, "use_critic": True, "clip_param": 0.3}
PLAIN |= {"vf_loss_coeff": 0.0, "vf_clip_param": float("inf")}


class Rows:
    """A distribution whose log-probabilities are given, whatever the action."""

    def __init__(self, log_probs: torch.Tensor, _model: Any) -> None:
        self.log_probs = log_probs

    def logp(self, _actions: Any) -> torch.Tensor:
        """As given."""
        return self.log_probs

    def entropy(self) -> torch.Tensor:
        """0, so that there is no bonus."""
        return torch.zeros(len(self.log_probs))


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
    """The loss where the model gives these inputs of distributions of a kind, and what it keeps for its statistics.

    ``batch`` holds columns of the training batch; those it lacks are 0.
    """
    zeros = torch.zeros(len(inputs))
    columns = dict.fromkeys(("actions", "action_logp", "advantages", "value_targets"), zeros)
    columns |= {"action_dist_inputs": inputs.detach()} | batch
    model: Any = _Model(inputs, zeros if values is None else values)
    policy: Any = SimpleNamespace(
        config=PLAIN | settings, entropy_coeff=0.0, kl_coeff=0.0, loss_initialized=lambda: False
    )
    return PPOTorchPolicy.loss(policy, model, kind, SampleBatch(columns)), model.tower_stats
