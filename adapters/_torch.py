"""What adapters of PyTorch libraries share: arrays to tensors and back, free parameters, tables as linear networks."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

__all__ = [
    "FreeRows",
    "GivenLogProbs",
    "Table",
    "generators",
    "generators_kept",
    "graded",
    "parameter",
    "set_generators",
    "tensor",
]


def tensor(array: Any) -> torch.Tensor:
    """A copy: real numbers in float32, flags and indices as they are."""
    copied = torch.tensor(np.array(array, order="C"))
    return copied.float() if copied.is_floating_point() else copied


def parameter(array: Any) -> nn.Parameter:
    """Free parameters with these numbers."""
    return nn.Parameter(tensor(array))


def graded(loss: torch.Tensor, *parameters: torch.Tensor) -> tuple[float, Any]:
    """A loss and its gradient with respect to the one parameter, by the library's graph; 0 where it does not occur."""
    (gradient,) = torch.autograd.grad(loss, parameters, allow_unused=True)
    return loss.item(), np.zeros(parameters[0].shape) if gradient is None else gradient.numpy()


class GivenLogProbs(torch.distributions.Distribution):
    """A distribution whose log-probabilities are given, whatever the action."""

    arg_constraints = {}  # noqa: RUF012 - PyTorch declares it as a class variable

    def __init__(self, log_probs: torch.Tensor) -> None:
        super().__init__(log_probs.shape)
        self.log_probs = log_probs

    def log_prob(self, _actions: Any) -> torch.Tensor:
        """As given."""
        return self.log_probs

    def sample(self, _shape: Any = ()) -> torch.Tensor:
        """Action 0 of each row."""
        return torch.zeros_like(self.log_probs)

    def entropy(self) -> torch.Tensor:
        """0, so that there is no bonus."""
        return torch.zeros_like(self.log_probs)


class FreeRows(nn.Module):
    """Numbers of rows to free parameters."""

    def __init__(self, free: Any) -> None:
        super().__init__()
        self.free = parameter(free)

    def forward(self, rows: Any) -> torch.Tensor:
        """Of the rows."""
        return self.free[torch.as_tensor(rows).reshape(-1).long()]


class Table(nn.Linear):
    """Logits ``[S, A]`` as a linear network without bias on one-hot states: the weights are the transposed table."""

    def __init__(self, logits: Any) -> None:
        states, actions = logits.shape
        with generators_kept():
            super().__init__(states, actions, bias=False)
        self.weight = parameter(logits.T)

    @property
    def logits(self) -> Any:
        """The table as it is now."""
        return self.weight.detach().numpy().T.copy()

    @property
    def policy(self) -> Any:
        """The softmax of each row, ``[S, A]``."""
        return self.weight.detach().T.softmax(-1).numpy().copy()

    def one_hot(self, states: Any) -> torch.Tensor:
        """States as the network takes them, ``[B, S]``."""
        rows = states if isinstance(states, torch.Tensor) else torch.tensor(np.array(states))
        return torch.eye(self.in_features)[rows.long()]


@contextmanager
def generators_kept() -> Iterator[None]:
    """Put the global random generators back where they were: a library that shuffles a batch draws from them."""
    states = generators()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        set_generators(states)


def generators() -> tuple[Any, Any, Any]:
    """The states of the global random generators."""
    return random.getstate(), np.random.get_state(legacy=False), torch.random.get_rng_state()  # noqa: NPY002


def set_generators(states: tuple[Any, Any, Any]) -> None:
    """Put the global random generators where they were."""
    random.setstate(states[0])
    np.random.set_state(states[1])  # noqa: NPY002
    torch.random.set_rng_state(states[2])
