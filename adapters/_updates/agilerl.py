"""agilerl: ``PPO.learn`` on given experiences, with its distributions; its advantages are normalised in either case."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from agilerl.networks.distributions import TorchDistribution

from .._agilerl import agent, logged
from . import Given, PlainAscent
from ._rows import Nothing, Rows, action_space

__all__ = ["ppo"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """Parameters, and the rows of each step."""
    size, discrete, space = len(given.states), len(given.tables) == 1, action_space(given)
    settings: dict[str, Any] = {}
    if plain:
        settings = {"batch_size": size, "ent_coef": 0.0, "max_grad_norm": 1e9}
        settings |= {"update_epochs": plain.epochs, "clip_coef": plain.clip_range}
    rows, critic = Rows(given), Nothing()

    def evaluate(obs: Any, actions: Any, **_options: Any) -> Any:
        outputs = rows(obs)
        parameters = {"logits": outputs} if discrete else dict(zip(("mu", "log_std"), outputs, strict=True))
        distribution = TorchDistribution(action_space=space, **parameters)
        return distribution.log_prob(actions), distribution.entropy(), critic(obs)

    made, free = agent(space, rows, critic, evaluate, **settings), [*rows.parameters(), *critic.parameters()]
    made.optimizer = torch.optim.SGD(free, lr=plain.learning_rate) if plain else torch.optim.Adam(free, lr=made.lr)
    columns = {"actions": given.actions.reshape(size, -1), "log_probs": given.log_probs}
    logged(made, columns | {"advantages": given.advantages, "returns": np.zeros(size), "values": np.zeros(size)})
    return rows.vector, rows.asked
