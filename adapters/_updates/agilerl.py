"""agilerl: ``PPO.learn`` on given experiences, with its distributions; its advantages are normalised in either case."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from agilerl.algorithms import PPO
from agilerl.networks.distributions import TorchDistribution
from gymnasium import spaces
from tensordict import TensorDict

from .._torch import generators_kept, tensor
from . import Given, PlainAscent
from ._rows import Nothing, Rows, action_space, numbered

__all__ = ["ppo"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """Parameters, and the rows of each step."""
    size, discrete = len(given.states), len(given.tables) == 1
    space = action_space(given)
    settings: dict[str, Any] = {}
    if plain:
        settings = {"batch_size": size, "ent_coef": 0.0, "max_grad_norm": 1e9}
        settings |= {"update_epochs": plain.epochs, "clip_coef": plain.clip_range}
    rows, critic = Rows(given), Nothing()
    with generators_kept():
        agent = PPO(spaces.Box(-np.inf, np.inf, (1,)), space, **settings)
    agent.actor, agent.critic = rows, critic
    free = [*rows.parameters(), *critic.parameters()]
    agent.optimizer = torch.optim.SGD(free, lr=plain.learning_rate) if plain else torch.optim.Adam(free, lr=agent.lr)

    def evaluate_actions(obs: Any, actions: Any, **_options: Any) -> Any:
        outputs = rows(obs)
        made = {"logits": outputs} if discrete else dict(zip(("mu", "log_std"), outputs, strict=True))
        distribution = TorchDistribution(action_space=space, **made)
        return distribution.log_prob(actions), distribution.entropy(), critic(obs)

    agent.evaluate_actions = evaluate_actions
    columns = {"observations": numbered(given), "actions": tensor(given.actions).reshape(size, -1)}
    columns |= {"log_probs": tensor(given.log_probs), "advantages": tensor(given.advantages)}
    columns |= {"returns": torch.zeros(size), "values": torch.zeros(size)}
    with generators_kept():
        agent.learn(TensorDict(columns, batch_size=[size]))
    return rows.vector, rows.asked
