"""Environments made for one call of an implementation that plays, and their logs."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from ..reference.arithmetic import Array
from ..reference.tabular_mdp import TabularMDP

__all__ = ["Playable", "Stage"]


class Playable(Protocol):
    """What an environment is made of; ``terminal`` flags states that end an episode, ``time_limit`` 0 is none."""

    @property
    def mdp(self) -> TabularMDP:
        """The process."""

    @property
    def terminal(self) -> Array:
        """Which states end an episode, ``[S]``."""

    @property
    def time_limit(self) -> int:
        """After how many steps an episode is truncated."""


@dataclass
class Stage:
    """Makes environments of a case, and keeps them to read their logs."""

    case: Playable
    made: list[Any] = field(default_factory=list)

    def make_env(self) -> Any:
        """One more environment."""
        limit, terminal = self.case.time_limit or None, tuple(np.flatnonzero(self.case.terminal).tolist())
        env = self._kinds.TabularEnv(self.case.mdp, limit, terminal)
        self.made.append(env)
        return env

    def steps(self) -> list[list[Any]]:
        """The steps of each environment made, oldest first."""
        return [[entry for entry in env.log if isinstance(entry, self._kinds.Step)] for env in self.made]

    def starts(self) -> Array:
        """The first state of every episode of the environments that were played."""
        resets = (
            [entry.state for entry in env.log if isinstance(entry, self._kinds.Reset)]
            for env, steps in zip(self.made, self.steps(), strict=True)
            if steps
        )
        return np.array([state for own in resets for state in own], dtype=int)

    @property
    def _kinds(self) -> Any:
        """By name: the gate works without gymnasium, and whoever plays has it."""
        return import_module("...environments.tabular", __name__)
