"""Algorithms of garage whose policy is given; an observation is the number of a row."""

from __future__ import annotations

from typing import Any

import akro
import numpy as np
import torch

from .._torch import generators_kept
from .._updates._rows import Nothing
from .library import EnvSpec, StochasticPolicy, ValueFunction

__all__ = ["NUMBERED", "Policy", "numbers", "untrained"]

NUMBERED = EnvSpec(akro.Box(-np.inf, np.inf, (1,)), akro.Discrete(1), max_episode_length=1)
"""Observations are numbers of rows, and an episode has one step; of actions nothing is asked."""


def numbers(size: int) -> Any:
    """Observations of so many rows, ``[B, 1]``."""
    return torch.arange(float(size))[:, None]


class Policy(StochasticPolicy):  # type: ignore[misc]
    """What a module makes of the numbers of rows: a distribution."""

    def __init__(self, head: Any) -> None:
        super().__init__(NUMBERED, "given")
        self.head = head

    def forward(self, observations: Any) -> Any:
        """The distribution, and nothing else."""
        return self.head(observations), {}


class _Critic(ValueFunction):  # type: ignore[misc]
    """Says 0."""

    def __init__(self) -> None:
        super().__init__(NUMBERED, "nothing")
        self.nothing = Nothing()

    def forward(self, observations: Any) -> Any:
        return self.nothing(observations)

    def compute_loss(self, observations: Any, _returns: Any) -> Any:
        return self.nothing(observations).sum()


def untrained(kind: Any, policy: Any, *, old: Any = None, spec: Any = NUMBERED, **settings: Any) -> Any:
    """An algorithm with this policy; without ``old`` its old policy is a copy."""
    with generators_kept():
        algorithm = kind(env_spec=spec, policy=policy, value_function=_Critic(), sampler=None, **settings)
    if old is not None:
        algorithm._old_policy = old
    return algorithm
