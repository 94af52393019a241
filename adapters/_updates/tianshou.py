"""tianshou: ``update`` on a buffer whose episodes have one step each."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from tianshou.algorithm import NPG, PPO, TRPO
from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory, TorchOptimizerFactory
from tianshou.data import Batch, ReplayBuffer
from tianshou.utils.torch_utils import policy_within_training_step, torch_train_mode
from torch import nn

from .._torch import generators_kept
from . import Given, PlainAscent, PlainTrustRegion
from ._rows import Nothing, Rows, action_space, distribution, numbered

__all__ = ["npg", "ppo", "trpo", "updated"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``PPO``: parameters, and the rows of each step."""
    settings: dict[str, Any] = {"critic": Nothing(), "optim": AdamOptimizerFactory()}
    if plain:
        settings |= {"advantage_normalization": False, "ent_coef": 0.0, "eps_clip": plain.clip_range}
        settings |= {"optim": TorchOptimizerFactory(torch.optim.SGD, lr=plain.learning_rate)}
    rows = updated(PPO, given, plain.epochs if plain else 1, **settings)[0].policy.actor.rows
    return rows.vector, rows.asked


def trpo(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``TRPO``: parameters."""
    bound = {"max_kl": plain.max_kl} if plain else {}
    return updated(TRPO, given, **_second_order(plain) | bound)[0].policy.actor.rows.vector


def npg(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``NPG``: parameters."""
    return updated(NPG, given, **_second_order(plain))[0].policy.actor.rows.vector


def _second_order(plain: PlainTrustRegion | None) -> dict[str, Any]:
    settings = {"advantage_normalization": False, "damping": plain.damping} if plain else {}
    return {"optim": AdamOptimizerFactory(), "critic": Nothing()} | settings


class _Actor(nn.Module):
    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, observations: Any, **_options: Any) -> Any:
        return self.rows(observations), None


def updated(kind: Any, given: Given, repeat: int = 1, *, damping: float | None = None, **settings: Any) -> Any:
    """An algorithm after ``update``, and what that returned."""
    rows = Rows(given)
    how: dict[str, Any] = {"action_space": action_space(given), "action_scaling": False, "action_bound_method": None}
    policy = ProbabilisticActorPolicy(actor=_Actor(rows), dist_fn=distribution, **how)
    algorithm = kind(policy=policy, **settings)
    if damping is not None:
        algorithm._damping = damping
    buffer = ReplayBuffer(len(given.states))
    for row, action, advantage in zip(numbered(given).numpy(), given.actions, given.advantages, strict=True):
        ends = {"terminated": True, "truncated": False, "done": True, "info": {}}
        buffer.add(Batch(obs=row, act=np.float32(action), rew=np.float32(advantage), obs_next=row, **ends))
    with generators_kept(), policy_within_training_step(policy), torch_train_mode(algorithm):
        return algorithm, algorithm.update(buffer=buffer, batch_size=None, repeat=repeat)
