"""rl_games: ``train_epoch`` of its agents on a rollout of B steps, each of which ended an episode."""

from __future__ import annotations

from typing import Any

import torch

from .._rl_games import PLAIN, Network, agent, example, trained
from .._torch import generators_kept, tensor
from . import Given, PlainAscent
from ._rows import Nothing, Rows, action_space, numbered

__all__ = ["policy_gradient", "ppo"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """Parameters, and the rows of each step; with as many minibatches as the example has."""
    size, rows = len(given.states), Rows(given)
    if plain:
        changed: dict[str, Any] = PLAIN | {"mini_epochs": plain.epochs, "e_clip": plain.clip_range}
        changed["learning_rate"] = plain.learning_rate
    else:
        config = example(discrete=len(given.tables) == 1)
        minibatches = config["num_actors"] * config["horizon_length"] // config["minibatch_size"]
        changed = {"minibatch_size": size // minibatches}
    made = agent(Network(rows, Nothing()), action_space(given), size, **changed)
    if plain:
        made.optimizer = torch.optim.SGD(rows.parameters(), lr=plain.learning_rate)
    trained(made, _rollout(given, rows))
    return rows.vector, rows.asked


def policy_gradient(given: Given) -> Any:
    """What ``train_epoch`` leaves in ``grad`` of a table of logits where ``ppo`` is off."""
    rows = Rows(given)
    changed = PLAIN | {"ppo": False, "mini_epochs": 1}
    trained(agent(Network(rows, Nothing()), action_space(given), len(given.states), **changed), _rollout(given, rows))
    return rows.tables[0].grad


def _rollout(given: Given, rows: Rows) -> dict[str, Any]:
    """What ``play_steps`` returns; the order of the rows is drawn: later the library shuffles nothing."""
    seen = numbered(given)
    columns = {"obses": seen, "actions": tensor(given.actions), "neglogpacs": -tensor(given.log_probs)}
    columns |= {"returns": tensor(given.advantages)[:, None], "values": 0 * seen, "dones": torch.ones(len(seen))}
    with torch.no_grad(), generators_kept():
        if len(given.tables) == 2:
            mean, log_std = rows(seen)
            columns |= {"mus": mean, "sigmas": log_std.exp()}
        order = torch.randperm(len(seen))
    return {name: column[order] for name, column in columns.items()}
