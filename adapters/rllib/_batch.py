"""What the losses of both stacks are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .._torch import tensor

__all__ = ["PLAIN", "Rows", "columns", "joined", "played"]

PLAIN: dict[str, Any] = {"use_kl_loss": False, "use_critic": True, "clip_param": 0.3}
PLAIN |= {"vf_loss_coeff": 0.0, "vf_clip_param": float("inf")}
"""Settings of a loss whose value, entropy and KL terms are switched off."""


class Rows:
    """A distribution whose log-probabilities are given, whatever the action."""

    def __init__(self, log_probs: torch.Tensor, _model: Any = None) -> None:
        self.log_probs = log_probs

    @classmethod
    def from_logits(cls, log_probs: torch.Tensor) -> Rows:
        """Log-probabilities where RLlib has what a distribution is made from."""
        return cls(log_probs)

    def logp(self, _actions: Any) -> torch.Tensor:
        """As given."""
        return self.log_probs

    def entropy(self) -> torch.Tensor:
        """0, so that there is no bonus."""
        return torch.zeros(len(self.log_probs))


def columns(inputs: torch.Tensor, given: dict[str, Any]) -> dict[str, Any]:
    """The columns of a batch that a loss reads; those that are not given are 0, and the old policy is the new one."""
    zeros = dict.fromkeys(("actions", "action_logp", "advantages", "value_targets"), torch.zeros(len(inputs)))
    return zeros | {"action_dist_inputs": inputs.detach()} | given


def played(categorical: Any, old_logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
    """Which rows of a table count, and the columns of a batch that old logits played."""
    rows, taken = torch.tensor(np.array(states)), tensor(actions)
    old = tensor(old_logits)[rows]
    batch = {"actions": taken, "advantages": tensor(advantages), "action_dist_inputs": old}
    return rows, batch | {"action_logp": categorical(old).logp(taken)}


def joined(mean: Any, log_std: Any) -> torch.Tensor:
    """Outputs of a network as Gaussians take them, ``[B, 2 D]``."""
    return torch.cat([tensor(mean), tensor(log_std)], dim=1)
