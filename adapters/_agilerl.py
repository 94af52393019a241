"""``PPO.learn`` of agilerl on given experiences, its networks being free parameters."""

from __future__ import annotations

from copy import copy
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from agilerl.algorithms import PPO
from gymnasium import spaces
from tensordict import TensorDict
from torch import nn

from ._torch import generators_kept, parameter, tensor

__all__ = ["ANYWHERE", "FreeRows", "agent", "logged"]

ANYWHERE = spaces.Box(-np.inf, np.inf, (1,), dtype=np.float32)


class FreeRows(nn.Module):
    """Log-probabilities, or values, of rows as free parameters; ``gradient`` is what ``backward`` left."""

    def __init__(self, numbers: Any) -> None:
        super().__init__()
        self.free = parameter(numbers)
        self.gradient: Any = None
        free: Any = self.free
        free.register_post_accumulate_grad_hook(self._keep)

    def _keep(self, free: Any) -> None:
        self.gradient = free.grad.numpy().copy()

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Of the rows whose numbers are the observations, ``[B]``."""
        return self.free[rows[:, 0].long()]


def agent(action_space: Any, actor: nn.Module, critic: nn.Module, evaluate: Any, **changed: Any) -> Any:
    """PPO at its defaults but for what is changed; ``evaluate`` is its ``evaluate_actions``."""
    made = copy(_blank())
    made.action_space, made.actor, made.critic, made.evaluate_actions = action_space, actor, critic, evaluate
    for name, setting in changed.items():
        setattr(made, name, setting)
    return made


def logged(made: Any, columns: dict[str, Any]) -> dict[str, float]:
    """The metrics that ``learn`` logs."""
    rows, metrics = {name: tensor(column) for name, column in columns.items()}, dict[str, float]()
    size = len(rows["log_probs"])
    rows["observations"] = torch.arange(float(size))[:, None]
    made.metrics = SimpleNamespace(log=metrics.__setitem__)
    with generators_kept():
        made.learn(TensorDict(rows, batch_size=[size]))
    return metrics


@cache
def _blank() -> Any:
    with generators_kept():
        return PPO(ANYWHERE, spaces.Discrete(2))
