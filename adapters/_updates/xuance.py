"""xuance: the epochs of its agents on a full buffer of B steps, each of which ended an episode.

Its defaults stand in files of settings: those taken are of ``CartPole-v1``.
"""

from __future__ import annotations

from argparse import Namespace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from xuance.common import BaseCallback, DummyOnPolicyBuffer
from xuance.torch.agents import OnPolicyAgent
from xuance.torch.learners import NPG_Learner, PPO_Learner

from .._torch import generators_kept, tensor
from .._xuance import Policy, settings
from . import Given, PlainAscent
from ._rows import Rows, action_space, numbered

__all__ = ["npg", "ppo"]

PLAIN = {"n_minibatch": 1, "ent_coef": 0.0, "use_advnorm": False, "use_grad_clip": False}


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``PPO_Learner.update``, as ``train_epochs`` calls it: parameters, and the rows of each step."""
    changed = PLAIN | {"n_epochs": plain.epochs, "clip_range": plain.clip_range} if plain else {}
    rows, config = Rows(given), settings("ppo", len(given.states), **changed)
    learner = PPO_Learner(config, Policy(rows), BaseCallback())
    if plain:
        learner.optimizer = torch.optim.SGD(rows.parameters(), lr=plain.learning_rate)
        learner.scheduler = None
    _train(learner, given, config)
    return rows.vector, rows.asked


def npg(given: Given) -> Any:
    """``NPG_Learner.update`` with SGD at rate ½, and 10⁻³ added to its matrix: parameters."""
    once = {"n_epochs": 1, "n_minibatch": 1, "use_advnorm": False, "use_grad_clip": False}
    rows, config = Rows(given), settings("npg", len(given.states), **once)
    learner = NPG_Learner(config, Policy(rows), BaseCallback())
    learner.actor_optimizer, learner.actor_scheduler = torch.optim.SGD(rows.parameters(), lr=0.5), None
    _train(learner, given, config)
    return rows.vector


def _train(learner: Any, given: Given, config: Namespace) -> None:
    size = len(given.states)
    agent: Any = SimpleNamespace(learner=learner, memory=_filled(given, config), buffer_size=size)
    agent.batch_size = size // config.n_minibatch
    with generators_kept():
        OnPolicyAgent.train_epochs(agent, config.n_epochs)


def _filled(given: Given, config: Namespace) -> Any:
    size = len(given.states)
    seen = spaces.Box(-np.inf, np.inf, (1,))
    buffer = DummyOnPolicyBuffer(seen, action_space(given), {"old_logp": ()}, 1, size, use_advnorm=config.use_advnorm)
    none, one = np.zeros(1), np.ones(1)
    columns = zip(
        numbered(given).numpy(), given.actions, given.advantages, tensor(given.log_probs).numpy(), strict=True
    )
    for row, action, advantage, log_prob in columns:
        buffer.store(row[None], action[None], advantage[None], none, one, {"old_logp": log_prob[None]})
        buffer.finish_path(0.0, 0)
    return buffer
