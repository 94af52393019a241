"""rsl_rl: ``PPO.update`` after one step in each of B environments, which ended there; its policies are Gaussian."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from rsl_rl.algorithms import PPO
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from tensordict import TensorDict

from .._torch import Table, generators_kept, parameter, tensor
from . import Given, PlainAscent

__all__ = ["ppo"]

GROUPS = {"actor": ["state"], "critic": ["state"]}
PLAIN: dict[str, Any] = {"num_mini_batches": 1, "optimizer": "sgd", "schedule": "fixed", "entropy_coef": 0.0}
PLAIN |= {"max_grad_norm": float("inf")}


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """Parameters, and the rows of each step, which the networks do not see."""
    means, log_std = given.tables
    size, dimensions = given.actions.shape
    one_hot = torch.eye(len(means))[torch.tensor(given.states)]
    seen = TensorDict({"state": one_hot, "row": torch.arange(size)[:, None]}, batch_size=[size])
    with generators_kept():
        normal = {"class_name": "GaussianDistribution", "std_type": "log"}
        actor = MLPModel(seen, GROUPS, "actor", dimensions, hidden_dims=[1], distribution_cfg=normal)
        critic = MLPModel(seen, GROUPS, "critic", 1, hidden_dims=[1])
    actor.mlp = table = Table(means)
    critic.mlp = Table(0 * means[:, :1])
    actor.distribution.log_std_param = parameter(log_std)
    storage = RolloutStorage("rl", size, 1, seen, [dimensions])
    settings: dict[str, Any] = {}
    if plain:
        settings = PLAIN | {"num_learning_epochs": plain.epochs, "clip_param": plain.clip_range}
        settings |= {"learning_rate": plain.learning_rate}
    algorithm = PPO(actor, critic, storage, **settings)
    asked: list[Any] = []
    with generators_kept():
        algorithm.act(seen)
        algorithm.transition.actions = tensor(given.actions)
        algorithm.transition.actions_log_prob = tensor(given.log_probs)
        algorithm.process_env_step(seen, tensor(given.advantages), torch.ones(size), {})
        algorithm.compute_returns(seen)
        actor.register_forward_pre_hook(lambda _actor, seen: asked.append(seen[0]["row"][:, 0].numpy().copy()))
        algorithm.update()
    return np.append(table.logits, actor.distribution.log_std_param.detach().numpy()), asked
