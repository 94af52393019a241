"""Learners of xuance, updated once on rows as its buffers sample them, on policies that are free parameters.

What is not asked for has coefficient 0; other settings are those of ``CartPole-v1``.
"""

from __future__ import annotations

from argparse import Namespace
from functools import cache
from importlib.resources import files
from typing import Any

import torch
import xuance
import yaml
from torch import nn
from xuance.common import BaseCallback
from xuance.torch.utils.distributions import CategoricalDistribution, DiagGaussianDistribution

from ._torch import parameter
from ._updates._rows import Nothing, Rows

__all__ = ["FreeRows", "Policy", "categorical", "gaussian", "settings", "updated"]


class FreeRows(nn.Module):
    """Log-probabilities of rows as free parameters, whatever the action; it is its own distribution."""

    def __init__(self, log_probs: Any) -> None:
        super().__init__()
        self.free = parameter(log_probs)

    def forward(self, rows: torch.Tensor) -> Any:
        """No features, the distribution, and values 0."""
        return {}, self, torch.zeros(len(rows))

    def log_prob(self, _actions: Any) -> torch.Tensor:
        """Of all rows in order."""
        return self.free

    def entropy(self) -> torch.Tensor:
        """0, which has no gradient."""
        return torch.zeros(len(self.free))


class Policy(nn.Module):
    """Tables and a critic that says 0, with xuance's distributions."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows, self.critic = rows, Nothing()
        self.actor = rows

    def forward(self, observations: Any) -> Any:
        """No features, the distribution, and values 0."""
        outputs = self.rows(observations)
        distribution = gaussian(*outputs) if isinstance(outputs, tuple) else categorical(outputs)
        return {}, distribution, self.critic(observations)[:, 0]


def categorical(logits: torch.Tensor) -> Any:
    """``CategoricalDistribution`` of logits ``[B, K]``."""
    made = CategoricalDistribution(logits.shape[1])
    made.set_param(logits=logits)
    return made


def gaussian(mean: torch.Tensor, log_std: torch.Tensor, kind: Any = DiagGaussianDistribution, *how: Any) -> Any:
    """``DiagGaussianDistribution``, or a kind of it, with means and log σ ``[B, D]``."""
    made = kind(mean.shape[1], *how)
    made.set_param(mean, log_std.exp())
    return made


def settings(algorithm: str, size: int, **changed: Any) -> Namespace:
    """Of a learner that gets ``size`` rows an update."""
    known = {"parallels": 1, "horizon_size": size, "episode_length": 1, "running_steps": size}
    return Namespace(device="cpu", distributed_training=False, **_shipped(algorithm) | known | changed)


def updated(kind: Any, policy: Any, samples: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """What ``update`` of a learner reports."""
    plain = {"ent_coef": 0.0, "use_grad_clip": False}
    learner = kind(settings("ppo", len(samples["obs"]), **plain | changed), policy, BaseCallback())
    reported: dict[str, Any] = learner.update(**samples)
    return reported


@cache
def _shipped(algorithm: str) -> dict[str, Any]:
    path = files(xuance) / "configs" / algorithm / "classic_control/CartPole-v1.yaml"
    read: dict[str, Any] = yaml.safe_load(path.read_text())
    return read
