"""``collect``: its arguments, its results, and the right ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, floating
from ..capability import Capability
from ..subject import ImplementationError, Subject, checked, prepared
from .collector import collect
from .stage import Log, Plays
from .strategies import Play, predictable_plays

__all__ = ["COLLECT", "NAMES", "played"]

NAMES = ("states", "rewards", "advantages", "returns", "log_probs")
"""What is the same for every collector where actions do not matter: all but the actions."""


@dataclass(frozen=True)
class Collecting(Capability):
    """A capability that is given an environment, and returns an object with named arrays."""

    def prepared(self, case: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a case as the seam hands them over; the first makes environments."""
        (make_env, *arrays), keywords = self.arguments(case)
        return (make_env, *map(prepared, arrays)), {name: prepared(value) for name, value in keywords.items()}

    def checked(self, returned: Any, case: Any) -> tuple[Array, ...]:
        """The named arrays of a rollout but its actions, as float64 ``[T, N]``."""
        return tuple(column(returned, name, case) for name in NAMES)


def column(rollout: Any, name: str, case: Play) -> Array:
    """One array of a rollout as float64 ``[T, N]``."""
    missing = object()
    found = getattr(rollout, name, missing)
    if found is missing:
        raise ImplementationError(f"collect returned {type(rollout).__name__}, which has no {name}")
    return checked(found, f"collect: {name}", ((case.steps, case.envs),))[0]


def played(subject: Subject, case: Play) -> tuple[Any, Log]:
    """What an implementation returns for a case, and what its environments logged."""
    stage = Plays(case)
    (make_env, *arrays), keywords = stage.arguments()
    keywords = {name: prepared(value) for name, value in keywords.items()}
    rollout = subject.call_raw("collect", make_env, *map(prepared, arrays), **keywords)
    return rollout, stage.log()


def tolerance(subject: Subject, case: Play) -> float:
    """4u (3T + 5) T (max |r| + 2 max |V| + log A): each number is a sum of at most T such terms."""
    largest = float(np.abs(floating(case.mdp.reward)).max() + 2 * np.abs(floating(case.values)).max())
    terms = case.steps * (largest + np.log(case.policy.shape[1]) + 1)
    return float(4 * subject.unit_roundoff * (3 * case.steps + 5) * terms)


COLLECT = Collecting(
    "collect",
    predictable_plays,
    lambda case: Plays(case).arguments(),
    lambda case: ((case.steps, case.envs),) * len(NAMES),
    tolerance,
    collect,
)
