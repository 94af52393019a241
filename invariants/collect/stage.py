"""What the environments of one call of ``collect`` logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..stage import Stage
from ..subject import ImplementationError
from .strategies import Play

__all__ = ["Log", "Plays"]


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
class Plays(Stage):
    """The environments of a call of ``collect``."""

    case: Play

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
        played = [steps[: self.case.steps] for steps in self.steps() if steps]
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
            self.starts(),
        )
