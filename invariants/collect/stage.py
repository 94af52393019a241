"""Environments made for one call of ``collect``, and what they logged."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, floating
from ..subject import ImplementationError
from .strategies import Play

__all__ = ["Log", "Stage"]


@dataclass(frozen=True)
class Log:
    """What really happened, ``[T, N]``: s_t, a_t, r_t, the state reached, and how the step ended; ``starts`` are all
    first states.
    """  # noqa: D205 - one sentence

    states: Array
    actions: Array
    rewards: Array
    next_states: Array
    terminated: Array
    truncated: Array
    starts: Array


@dataclass
class Stage:
    """Makes environments of a case, and keeps them to read their logs."""

    case: Play
    made: list[Any] = field(default_factory=list)

    def make_env(self) -> Any:
        """One more environment."""
        case = self.case
        limit, terminal = case.time_limit or None, tuple(np.flatnonzero(case.terminal).tolist())
        # by name: the gate works without gymnasium, and whoever offers `collect` has it
        env = import_module("....environments.tabular", __name__).TabularEnv(case.mdp, limit, terminal)
        self.made.append(env)
        return env

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What ``collect`` is called with."""
        case = self.case
        names = ("steps", "envs", "gamma", "lam", "seed")
        return (self.make_env, case.policy, case.values), {name: getattr(case, name) for name in names}

    def log(self) -> Log:
        """The first T steps of the N environments that were played.

        Raises
        ------
        ImplementationError: not N environments were played, or one of them for less than T steps.
        """
        kinds = import_module("....environments.tabular", __name__)
        played = [[step for step in env.log if isinstance(step, kinds.Step)] for env in self.made]
        resets = [[entry.state for entry in env.log if isinstance(entry, kinds.Reset)] for env in self.made]
        starts = np.array([state for env, own in zip(played, resets, strict=True) if env for state in own])
        played = [steps[: self.case.steps] for steps in played if steps]
        if len(played) != self.case.envs or any(len(steps) < self.case.steps for steps in played):
            counts = [len(steps) for steps in played]
            raise ImplementationError(
                f"collect played {counts} steps; asked for were {self.case.steps} in each of {self.case.envs}"
            )

        def column(name: str) -> Array:
            return np.array([[getattr(step, name) for step in steps] for steps in played]).T

        return Log(
            column("state"),
            column("action"),
            column("reward"),
            column("next_state"),
            column("terminated"),
            column("truncated"),
            starts,
        )

    @property
    def policy(self) -> Array:
        """π as float64."""
        return floating(self.case.policy)
