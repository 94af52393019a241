"""One ``update`` of an agent of skrl on rows that are given: its losses, and their gradients.

``compute_gae`` normalises advantages in every case; the memory here keeps those that it holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from skrl.memories.torch import RandomMemory
from skrl.resources.schedulers.torch import KLAdaptiveLR

from .._collectors.skrl import Actor
from .._torch import generators_kept, tensor
from ._agent import A2C, Critic, Policy, made

__all__ = ["divergence", "policy_gradient", "policy_loss", "value_loss"]


class _Kept(RandomMemory):  # type: ignore[misc]
    """A memory of one step that keeps what it was filled with, in its order."""

    def set_tensor_by_name(self, name: str, tensor: torch.Tensor) -> None:
        """Leave the columns alone."""

    def sample(self, names: list[str], **_sizes: Any) -> Any:
        """Every row, in order."""
        return self.sample_all(names)


class _Heard(KLAdaptiveLR):  # type: ignore[misc]
    """A scheduler that keeps the divergence that it is told."""

    def step(self, kl: Any = None, **_options: Any) -> None:
        """Keep it."""
        self.told = kl


def policy_loss(kind: Any, log_probs: Any, old_log_probs: Any, advantages: Any, **settings: Any) -> tuple[float, Any]:
    """``Loss / Policy loss`` and its gradient."""
    agent = _rows(kind, log_probs, {"log_prob": old_log_probs, "advantages": advantages}, **settings)
    return agent.tracking_data["Loss / Policy loss"][-1], agent.policy.free.grad.numpy()


def value_loss(kind: Any, values: Any, old_values: Any, returns: Any, **settings: Any) -> tuple[float, Any]:
    """``Loss / Value loss`` and its gradient."""
    agent = _rows(kind, np.zeros(len(values)), {"values": old_values, "returns": returns}, values, **settings)
    return agent.tracking_data["Loss / Value loss"][-1], agent.value.free.grad.numpy()


def divergence(kind: Any, log_probs: Any, old_log_probs: Any) -> Any:
    """What ``KLAdaptiveLR`` is told."""
    return _rows(kind, log_probs, {"log_prob": old_log_probs}, learning_rate_scheduler=_Heard).scheduler.told


def policy_gradient(logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
    """What ``A2C`` leaves in ``grad`` of a table of logits; it descends, so the sign is turned."""
    space = spaces.Discrete(logits.shape[1])
    owned = {"observation_space": spaces.Discrete(len(logits)), "action_space": space, "device": "cpu"}
    columns = {"observations": states, "actions": actions, "advantages": advantages}
    policy: Any = Actor(logits, owned)
    _updated(A2C, policy, Critic(np.zeros(len(logits))), columns, space=space)
    return -policy.table.weight.grad.numpy().T


def _rows(kind: Any, log_probs: Any, columns: dict[str, Any], values: Any = None, **settings: Any) -> Any:
    critic = Critic(np.zeros(len(log_probs)) if values is None else values)
    rows = {"observations": np.arange(float(len(log_probs)))}
    return _updated(kind, Policy(log_probs), critic, rows | columns, **settings)


def _updated(kind: Any, policy: Any, value: Any, columns: dict[str, Any], **settings: Any) -> Any:
    """The agent after it; columns that are not given are 0."""
    size = len(columns["observations"])
    memory = _Kept(memory_size=1, num_envs=size, device="cpu")
    agent = made(kind, policy, value, memory, **settings)
    given = {name: tensor(column)[:, None] for name, column in columns.items()}
    memory.add_samples(**{name: torch.zeros(size, 1) for name in memory.tensors} | given)
    agent._current_next_observations = given["observations"]
    with generators_kept():
        agent.update(timestep=0, timesteps=1)
    return agent
