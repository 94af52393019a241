"""pfrl: an update on a data set of transitions that have their advantages."""

from __future__ import annotations

from typing import Any

import pfrl
import torch
from pfrl.agents import PPO, TRPO
from torch import nn

from .._torch import generators_kept, tensor
from . import Given, PlainAscent, PlainTrustRegion
from ._rows import Nothing, Rows, distribution, numbered

__all__ = ["dataset", "ppo", "trpo", "trpo_agent"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``PPO._update``: parameters, and the rows of each step."""
    rows = Rows(given)
    model = pfrl.nn.Branched(_Policy(rows), Nothing())
    if plain:
        settings: dict[str, Any] = {"entropy_coef": 0.0, "standardize_advantages": False, "clip_eps": plain.clip_range}
        settings |= {"minibatch_size": len(given.states), "epochs": plain.epochs}
        agent = PPO(model, torch.optim.SGD(model.parameters(), lr=plain.learning_rate), **settings)
    else:
        agent = PPO(model, torch.optim.Adam(model.parameters()))
    with generators_kept():
        agent._update(dataset(given))
    return rows.vector, rows.asked


def trpo(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``TRPO._update``: parameters."""
    agent = trpo_agent(given, plain)
    with generators_kept():
        agent._update(dataset(given))
    return agent.policy.rows.vector


def trpo_agent(given: Given, plain: PlainTrustRegion | None) -> Any:
    """``TRPO`` with this policy."""
    critic, settings = Nothing(), dict[str, Any]()
    if plain:
        settings = {"entropy_coef": 0.0, "standardize_advantages": False}
        settings |= {"max_kl": plain.max_kl, "conjugate_gradient_damping": plain.damping}
    return TRPO(_Policy(Rows(given)), critic, torch.optim.Adam(critic.parameters()), **settings)


class _Policy(nn.Module):
    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, observations: Any) -> Any:
        return distribution(self.rows(observations))


def dataset(given: Given) -> list[dict[str, Any]]:
    """Transitions as the agents keep them."""
    actions = tensor(given.actions).numpy()
    columns = zip(numbered(given).numpy(), actions, given.advantages, given.log_probs, strict=True)
    known = {"v_pred": 0.0, "v_teacher": 0.0}
    return [
        {"state": row, "action": action, "adv": float(advantage), "log_prob": float(log_prob)} | known
        for row, action, advantage, log_prob in columns
    ]
