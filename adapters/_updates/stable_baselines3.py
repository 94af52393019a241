"""stable-baselines3: ``train`` on a rollout buffer that is filled with the batch."""

from __future__ import annotations

from typing import Any

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy

from .._stable_baselines3.training import PLAIN, train, untrained
from . import Given, PlainAscent
from ._rows import First, Nothing, Rows, action_space

__all__ = ["ppo", "trained"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``PPO``: parameters, and the rows of each step."""
    settings: dict[str, Any] = {}
    if plain:
        settings = PLAIN | {"n_epochs": plain.epochs, "clip_range": plain.clip_range}
        settings |= {"learning_rate": plain.learning_rate, "policy_kwargs": {"optimizer_class": torch.optim.SGD}}
        settings |= {"batch_size": max(len(given.states), 2)}
    rows = trained(PPO, given, **settings)
    return rows.vector, rows.asked


def trained(kind: Any, given: Given, *, policy_kwargs: Any = None, **settings: Any) -> Rows:
    """The policy after one call of ``train``."""
    rows = Rows(given)
    policy = {"policy_kwargs": {"rows": rows} | (policy_kwargs or {})}
    options = {"actions": action_space(given), "device": "cpu"} | settings | policy
    algorithm = untrained(kind, _Policy, len(given.states), **options)
    rows.asked.clear()
    train(algorithm, actions=given.actions, advantages=given.advantages, log_probs=given.log_probs)
    return rows


class _Policy(ActorCriticPolicy):
    """The library's policy, its last layers replaced."""

    def __init__(self, *arguments: Any, rows: Rows, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords | {"net_arch": []})
        self.action_net, self.value_net = First(rows), Nothing()  # type: ignore[assignment]
        if len(rows.tables) == 2:
            self.log_std = rows.tables[1]
        make: Any = self.optimizer_class
        rate = self.optimizer.param_groups[0]["lr"]
        self.optimizer = make(self.parameters(), lr=rate, **self.optimizer_kwargs)
