"""How parts of pfrl are reached: free log-probabilities, A2C on a batch, TRPO stopped where it would solve."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pfrl
import torch
from pfrl.agents import A2C
from torch import nn

from ._torch import generators_kept, parameter, tensor
from ._updates import Given, PlainTrustRegion
from ._updates._rows import Nothing, Rows, distribution
from ._updates.pfrl import dataset, trpo_agent

__all__ = ["FreeLogProbs", "a2c_gradient", "fisher_product"]


class FreeLogProbs(nn.Module):
    """Rows to a distribution whose log-probabilities are free parameters, whatever the action."""

    def __init__(self, log_probs: Any) -> None:
        super().__init__()
        self.free = parameter(log_probs)
        free: Any = self.free
        free.register_post_accumulate_grad_hook(self._keep)

    def _keep(self, free: Any) -> None:
        self.gradient = free.grad.numpy().copy()

    def forward(self, rows: Any) -> Any:
        """The distribution, ``[B]``."""
        self.rows = rows.reshape(-1).long()
        return self

    def log_prob(self, _actions: Any) -> torch.Tensor:
        """Of the rows."""
        return self.free[self.rows]

    def entropy(self) -> torch.Tensor:
        """0 ``[B]``."""
        return torch.zeros(len(self.rows))


def a2c_gradient(given: Given) -> Any:
    """∇ of the mean of log π times rewards, which are the advantages."""
    rows, size = Rows(given), len(given.states)
    actor = nn.Sequential(rows, pfrl.nn.Lambda(distribution))
    plain = {"v_loss_coef": 0.0, "entropy_coeff": 0.0, "update_steps": 1, "gamma": 1.0}
    agent = A2C(
        pfrl.nn.Branched(actor, Nothing()), torch.optim.SGD(rows.parameters(), lr=0.0), num_processes=size, **plain
    )
    actions = tensor(given.actions)
    agent._flush_storage((size, 1), actions)
    agent.states[0, :, 0], agent.actions[0] = torch.arange(size), actions
    agent.rewards[0], agent.masks[0] = tensor(given.advantages), 0.0
    with generators_kept():
        agent.update()
    return -rows.tables[0].grad.numpy()


def fisher_product(given: Given, vector: torch.Tensor, damping: float) -> Any:
    """The product that ``_compute_kl_constrained_step`` has solved, with this vector."""
    agent, products = trpo_agent(given, PlainTrustRegion(damping=damping)), []

    def multiplied(product: Any, gradient: Any, **_options: Any) -> Any:
        products.append(product(vector))
        return torch.zeros_like(gradient)

    with generators_kept(), patch.object(pfrl.utils, "conjugate_gradient", multiplied):
        agent._update_policy(dataset(given))
    return products[0].numpy()
