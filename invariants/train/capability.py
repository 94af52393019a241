"""``train``: its arguments, its results, and a right one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..capability import Capability
from ..stage import Stage
from ..subject import ImplementationError, Subject, checked
from .learner import train
from .strategies import Course, courses

__all__ = ["TRAIN", "Watched", "watched"]


@dataclass(frozen=True)
class Training(Capability):
    """A capability whose right versions have no numbers in common: learners differ, so no known bug is looked for."""

    def row(self, subject: Subject, case: Any) -> Array:
        """Nothing."""
        del subject, case
        return np.zeros(0)


@dataclass(frozen=True)
class Watched:
    """What ``train`` reported, ``tables[K, S, A]``, and what its environments logged meanwhile.

    Of each of n steps taken after the first table: ``times``, the number of the last table reported before it,
    ``states`` and ``actions``. Of all steps: ``rows``, a tuple (states, actions, next states); ``starts`` are all first
    states.
    """

    tables: Array
    times: Array
    states: Array
    actions: Array
    rows: tuple[Array, Array, Array]
    starts: Array


def watched(subject: Subject, case: Course) -> Watched:
    """Let an implementation learn, and note after each update how far its environments have been played.

    Raises
    ------
    ImplementationError: it reported no table, more tables than steps, or one that is no real ``[S, A]``.
    """
    stage = Stage(case)
    tables: list[Array] = []
    before: list[list[int]] = []
    shape = case.mdp.reward.shape
    for table in subject.each("train", stage.make_env, steps=case.steps, seed=case.seed):
        tables += checked(table, "train", (shape,))
        before.append([len(steps) for steps in stage.steps()])
        if len(tables) > case.steps:
            raise ImplementationError(f"train reported more than {case.steps} policies in {case.steps} steps")
    if not tables:
        raise ImplementationError("train reported no policy")
    played = stage.steps()
    if not any(played):
        raise ImplementationError("train played no step in the environments that it made")
    # an environment that was made later had no steps before
    counts = np.array([own + [0] * (len(played) - len(own)) for own in before])
    columns = [
        (int((counts[:, n] <= t).sum()) - 1, step.state, step.action, step.next_state)
        for n, steps in enumerate(played)
        for t, step in enumerate(steps)
    ]
    times, states, actions, following = np.array(columns).T
    seen = times >= 0
    return Watched(
        np.array(tables), times[seen], states[seen], actions[seen], (states, actions, following), stage.starts()
    )


TRAIN = Training(
    "train",
    courses,
    lambda case: ((Stage(case).make_env,), {"steps": case.steps, "seed": case.seed}),
    lambda _case: (),
    lambda _subject, _case: 0.0,
    train,
)
