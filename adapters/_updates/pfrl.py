"""pfrl: an update on a data set of transitions that have their advantages."""

from __future__ import annotations

from typing import Any

import pfrl
import torch
from pfrl.agents import PPO, TRPO
from torch import nn

from .._torch import generators_kept, tensor
from . import Given
from ._rows import Nothing, Rows, distribution, numbered

__all__ = ["ppo", "trpo"]


def ppo(given: Given, *, plain: bool) -> tuple[Any, Any]:
    """``PPO._update``: parameters, and the rows of each step."""
    rows = Rows(given)
    model = pfrl.nn.Branched(_Policy(rows), Nothing())
    if plain:
        sizes = {"minibatch_size": len(given.states), "epochs": 3}
        settings: dict[str, Any] = {"entropy_coef": 0.0, "standardize_advantages": False} | sizes
        agent = PPO(model, torch.optim.SGD(model.parameters(), lr=0.5), **settings)
    else:
        agent = PPO(model, torch.optim.Adam(model.parameters()))
    with generators_kept():
        agent._update(_dataset(given))
    return rows.vector, rows.asked


def trpo(given: Given, *, plain: bool) -> Any:
    """``TRPO._update``: parameters."""
    rows, critic = Rows(given), Nothing()
    settings: dict[str, Any] = {"entropy_coef": 0.0, "standardize_advantages": False, "conjugate_gradient_damping": 0.0}
    agent = TRPO(_Policy(rows), critic, torch.optim.Adam(critic.parameters()), **(settings if plain else {}))
    with generators_kept():
        agent._update(_dataset(given))
    return rows.vector


class _Policy(nn.Module):
    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, observations: Any) -> Any:
        return distribution(self.rows(observations))


def _dataset(given: Given) -> list[dict[str, Any]]:
    actions = tensor(given.actions).numpy()
    columns = zip(numbered(given).numpy(), actions, given.advantages, given.log_probs, strict=True)
    known = {"v_pred": 0.0, "v_teacher": 0.0}
    return [
        {"state": row, "action": action, "adv": float(advantage), "log_prob": float(log_prob)} | known
        for row, action, advantage, log_prob in columns
    ]
