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

__all__ = ["npg", "ppo", "trpo"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``PPO``: parameters, and the rows of each step."""
    settings: dict[str, Any] = {"optim": AdamOptimizerFactory()}
    if plain:
        settings = {"advantage_normalization": False, "ent_coef": 0.0, "eps_clip": plain.clip_range}
        settings |= {"optim": TorchOptimizerFactory(torch.optim.SGD, lr=plain.learning_rate)}
    rows = _updated(PPO, given, plain.epochs if plain else 1, **settings)
    return rows.vector, rows.asked


def trpo(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``TRPO``: parameters."""
    bound = {"max_kl": plain.max_kl} if plain else {}
    return _updated(TRPO, given, **_second_order(plain) | bound).vector


def npg(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``NPG``: parameters."""
    return _updated(NPG, given, **_second_order(plain)).vector


def _second_order(plain: PlainTrustRegion | None) -> dict[str, Any]:
    settings = {"advantage_normalization": False, "damping": plain.damping} if plain else {}
    return {"optim": AdamOptimizerFactory()} | settings


class _Actor(nn.Module):
    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, observations: Any, **_options: Any) -> Any:
        return self.rows(observations), None


def _updated(kind: Any, given: Given, repeat: int = 1, *, damping: float | None = None, **settings: Any) -> Rows:
    rows = Rows(given)
    how: dict[str, Any] = {"action_space": action_space(given), "action_scaling": False, "action_bound_method": None}
    policy = ProbabilisticActorPolicy(actor=_Actor(rows), dist_fn=distribution, **how)
    algorithm = kind(policy=policy, critic=Nothing(), **settings)
    if damping is not None:
        algorithm._damping = damping
    buffer = ReplayBuffer(len(given.states))
    for row, action, advantage in zip(numbered(given).numpy(), given.actions, given.advantages, strict=True):
        ends = {"terminated": True, "truncated": False, "done": True, "info": {}}
        buffer.add(Batch(obs=row, act=np.float32(action), rew=np.float32(advantage), obs_next=row, **ends))
    with generators_kept(), policy_within_training_step(policy), torch_train_mode(algorithm):
        algorithm.update(buffer=buffer, batch_size=None, repeat=repeat)
    return rows
