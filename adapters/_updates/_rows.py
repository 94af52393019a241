"""The policy of a batch as a PyTorch module: an observation is the number of a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import nn
from torch.distributions import Categorical, Independent, Normal

from .._torch import parameter, tensor
from . import Given

__all__ = ["First", "Nothing", "Rows", "action_space", "distribution", "numbered", "tabular", "visits"]


class Rows(nn.Module):
    """Numbers of rows to logits, or to means and log σ; ``asked`` keeps for which rows gradients were needed."""

    def __init__(self, given: Given) -> None:
        super().__init__()
        self.states = torch.tensor(given.states)
        self.tables = nn.ParameterList([parameter(table) for table in given.tables])
        self.asked: list[Any] = []

    def forward(self, rows: Any) -> Any:
        """Logits ``[B, A]``, or a pair ``[B, D]``."""
        rows = torch.as_tensor(rows).reshape(-1).long()
        if torch.is_grad_enabled():
            self.asked.append(rows.numpy().copy())
        first, *rest = self.tables
        outputs = first[self.states[rows]]
        return (outputs, rest[0].expand_as(outputs)) if rest else outputs

    @property
    def vector(self) -> Any:
        """The tables as they are now, one after the other."""
        return np.concatenate([table.detach().numpy().ravel() for table in self.tables])


class First(nn.Module):
    """Logits, or means alone: log σ belongs to whoever asks."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, numbers: Any) -> Any:
        """Of the rows, ``[B, ·]``."""
        outputs = self.rows(numbers)
        return outputs[0] if isinstance(outputs, tuple) else outputs


class Nothing(nn.Module):
    """A critic that says 0 and has no gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.free = parameter(np.zeros(1))

    def forward(self, rows: Any, *_rest: Any, **_options: Any) -> torch.Tensor:
        """0 ``[B, 1]``."""
        return 0 * self.free.expand(len(rows), 1)


def distribution(outputs: Any) -> Any:
    """The distribution of actions, by PyTorch."""
    if isinstance(outputs, tuple):
        mean, log_std = outputs
        return Independent(Normal(mean, log_std.exp()), 1)
    return Categorical(logits=outputs)


def action_space(given: Given) -> Any:
    """Indices, or a box that no action comes near the sides of."""
    if len(given.tables) == 1:
        return spaces.Discrete(given.tables[0].shape[1])
    return spaces.Box(-100, 100, given.actions.shape[1:])


def numbered(given: Given) -> Any:
    """Observations ``[B, 1]`` in float32."""
    return torch.arange(float(len(given.states)))[:, None]


def tabular(logits: Any, states: Any, actions: Any, advantages: Any) -> Given:
    """A table of logits ``[S, A]`` and B rows, their log-probabilities by PyTorch in float32."""
    log_probs = tensor(logits)[torch.tensor(states)].log_softmax(-1)[torch.arange(len(states)), torch.tensor(actions)]
    return Given((logits,), states, actions, advantages, log_probs.numpy())


def visits(logits: Any, states: Any) -> Given:
    """A table of logits and B rows of which the states alone matter."""
    nothing = np.zeros(len(states), dtype=int)
    return tabular(logits, states, nothing, nothing.astype(float))
