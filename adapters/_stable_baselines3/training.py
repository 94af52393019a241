"""``train`` of an algorithm of stable-baselines3, on a rollout buffer that is filled with a batch.

The learning rate decides whether a step is taken.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.policies import ActorCriticPolicy
from torch import nn

from .._torch import generators_kept, parameter, tensor

__all__ = ["PLAIN", "Free", "FreeRows", "TablePolicy", "Tables", "train", "untrained"]

PLAIN = {"gamma": 1.0, "gae_lambda": 1.0, "max_grad_norm": float("inf"), "normalize_advantage": False, "device": "cpu"}


class Free:
    """A policy whose log-probability and value of each row of a batch are free parameters; a state is a row's number.

    ``gradients`` holds what ``backward`` left, before the norm is clipped.
    """

    def __init__(self, *arguments: Any, log_probs: Any, values: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords | {"net_arch": []})
        self.log_probs, self.values = parameter(log_probs), parameter(values)
        self.gradients: dict[str, Any] = {}
        free: Any
        for name in ("log_probs", "values"):
            free = getattr(self, name)
            free.register_post_accumulate_grad_hook(partial(self._keep, name))

    def _keep(self, name: str, free: Any) -> None:
        self.gradients[name] = free.grad.numpy().copy()

    def evaluate_actions(self, obs: Any, _actions: Any, *_memory: Any, **_masks: Any) -> Any:
        """Values, log-probabilities, and no entropy."""
        rows = obs.reshape(-1).long()
        return self.values[rows], self.log_probs[rows], None


class Tables:
    """A table of logits ``[S, A]`` and one of values ``[S]``: linear layers without bias on one-hot states."""

    def __init__(self, *arguments: Any, logits: Any, values: Any = None, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords | {"net_arch": []})
        states, actions = logits.shape
        self.action_net = nn.Linear(states, actions, bias=False)
        self.action_net.weight = parameter(logits.T)
        self.value_net = nn.Linear(states, 1, bias=False)
        self.value_net.weight = parameter(np.zeros((1, states)) if values is None else values[None])
        this: Any = self
        this.optimizer = torch.optim.SGD(this.parameters(), lr=this.optimizer.param_groups[0]["lr"])

    @property
    def logits_gradient(self) -> Any:
        """The gradient that the last step used."""
        gradient: Any = self.action_net.weight.grad
        return gradient.numpy().T.copy()


class FreeRows(Free, ActorCriticPolicy):  # type: ignore[misc]
    """The library's policy on free parameters."""


class TablePolicy(Tables, ActorCriticPolicy):  # type: ignore[misc]
    """The library's policy on tables."""


class _Nowhere(gymnasium.Env[Any, Any]):
    """Spaces, and nothing to play."""

    def __init__(self, observation_space: spaces.Space[Any], action_space: spaces.Space[Any]) -> None:
        self.observation_space, self.action_space = observation_space, action_space


def untrained(
    kind: Any,
    policy: Any,
    size: int,
    *,
    states: int | None = None,
    actions: int | spaces.Space[Any] = 2,
    **settings: Any,
) -> Any:
    """An algorithm with this policy class for batches of ``size`` rows; states are numbers of rows, or 0 … S−1.

    Actions are 0 … A−1, or of a space of their own.
    """
    anywhere = spaces.Box(-np.inf, np.inf, (1,), dtype=np.float32)
    action_space = spaces.Discrete(actions) if isinstance(actions, int) else actions
    env = _Nowhere(anywhere if states is None else spaces.Discrete(states), action_space)
    with generators_kept():
        algorithm = kind(policy, env, n_steps=max(size, 2), **settings)
    algorithm.set_logger(Logger(None, []))
    algorithm.rollout_buffer.buffer_size = size
    algorithm.rollout_buffer.reset()
    return algorithm


def train(
    algorithm: Any,
    *,
    states: Any = None,
    actions: Any = None,
    advantages: Any = 0.0,
    log_probs: Any = 0.0,
    values: Any = 0.0,
    returns: Any = 0.0,
) -> dict[str, Any]:
    """One call of ``train`` on these rows, an episode after every third one; what it logged."""
    buffer = algorithm.rollout_buffer
    memory = {"lstm_states": algorithm._last_lstm_states} if hasattr(algorithm, "_last_lstm_states") else {}
    rows = np.arange(buffer.buffer_size)
    discrete = isinstance(algorithm.observation_space, spaces.Discrete)
    for state, action in zip(rows if states is None else states, 0 * rows if actions is None else actions, strict=True):
        observation = np.array([state] if discrete else [[state]])
        start = np.array([buffer.pos % 3 == 0], dtype=float)
        buffer.add(observation, np.array([action]), np.zeros(1), start, torch.zeros(1), torch.zeros(1), **memory)
    columns = {"advantages": advantages, "log_probs": log_probs, "values": values, "returns": returns}
    for name, column in columns.items():
        getattr(buffer, name)[:, 0] = tensor(np.asarray(column, dtype=float)).numpy()
    with generators_kept():
        algorithm.train()
    return dict(algorithm.logger.name_to_value)
