"""stable-baselines3: ``train`` on a rollout buffer that is filled with the batch."""

from __future__ import annotations

from typing import Any

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy

from .._stable_baselines3.training import PLAIN, train, untrained
from . import Given, PlainAscent
from ._rows import First, Nothing, Rows, action_space

__all__ = ["Headed", "Policy", "ascended", "ppo", "trained"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``PPO``: parameters, and the rows of each step."""
    return ascended(PPO, Policy, given, plain)


def ascended(kind: Any, policy: Any, given: Given, plain: PlainAscent | None) -> tuple[Any, Any]:
    """An algorithm whose settings are those of PPO: parameters, and the rows of each step."""
    settings: dict[str, Any] = {}
    if plain:
        settings = PLAIN | {"n_epochs": plain.epochs, "clip_range": plain.clip_range}
        settings |= {"learning_rate": plain.learning_rate, "policy_kwargs": {"optimizer_class": torch.optim.SGD}}
        settings |= {"batch_size": max(len(given.states), 2)}
    rows = trained(kind, policy, given, **settings)
    return rows.vector, rows.asked


def trained(kind: Any, policy: Any, given: Given, *, policy_kwargs: Any = None, **settings: Any) -> Rows:
    """The policy after one call of ``train``."""
    rows = Rows(given)
    made = {"policy_kwargs": {"rows": rows} | (policy_kwargs or {})}
    options = {"actions": action_space(given), "device": "cpu"} | settings | made
    algorithm = untrained(kind, policy, len(given.states), **options)
    rows.asked.clear()
    train(algorithm, actions=given.actions, advantages=given.advantages, log_probs=given.log_probs)
    return rows


class Headed:
    """A policy of the library, its last layers replaced."""

    def __init__(self, *arguments: Any, rows: Rows, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords | {"net_arch": []})
        this: Any = self
        this.action_net, this.value_net = First(rows), Nothing()
        if len(rows.tables) == 2:
            this.log_std = rows.tables[1]
        rate = this.optimizer.param_groups[0]["lr"]
        this.optimizer = this.optimizer_class(this.parameters(), lr=rate, **this.optimizer_kwargs)


class Policy(Headed, ActorCriticPolicy):
    """Of PPO and TRPO."""
