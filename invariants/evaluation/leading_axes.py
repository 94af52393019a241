"""Several processes in one call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..capability import Capability
from ..comparison import Comparison
from ..invariant import Class, Invariant, statement
from ..mdps import OnePolicy
from ..subject import Subject
from .capabilities import ACTION_VALUES, STATE_VALUES, VISITATION, relative_error
from .estimate import Values
from .strategies import batches


def one_by_one(case: OnePolicy, leading: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], OnePolicy]]:
    """Each index into the leading axes, with the process and the policy that stand there."""
    mdp = case.mdp
    parts = {"transition": mdp.transition, "reward": mdp.reward, "initial": mdp.initial}
    trailing = {"transition": 3, "reward": 2, "initial": 1}
    for index in np.ndindex(leading):
        at = {name: _pick(part, index, trailing[name]) for name, part in parts.items()}
        yield index, OnePolicy(replace(mdp, **at), _pick(case.policy, index, 2))


def _pick(array: Any, index: tuple[int, ...], trailing: int) -> Any:
    axes = array.shape[: array.ndim - trailing]
    own = ((0,) * len(axes) + index)[len(index) :]
    return array[tuple(0 if size == 1 else i for i, size in zip(own, axes, strict=True))]


def bound(subject: Subject, capability: Capability, case: OnePolicy) -> float:
    """Twice the bound on the result of one process."""
    if capability is VISITATION:
        return 2 * relative_error(subject, case.mdp)
    return 2 * Values(subject, capability).bound(case.mdp)


def broadcast(capability: Capability) -> Invariant:
    """The statement that a batch is its processes one by one, for one of the three methods."""

    @statement(
        capability,
        kind=Class.DEFINITION,
        formula=r"f(x_1, \dots, x_n)_i = f(x_i)",
        sources=("the seam, tabular evaluation: leading axes broadcast",),
        rejects="one-process-for-all",
        cases=batches,
    )
    def takes_several_processes_at_once(subject: Subject, case: OnePolicy) -> Comparison:
        """Leading axes broadcast: a batch of processes and policies gives what each of them gives alone."""
        got = capability.results(subject, case)[0]
        trailing = 2 if capability is ACTION_VALUES else 1
        expected, bounds = np.empty_like(got), np.empty_like(got)
        for index, alone in one_by_one(case, got.shape[: got.ndim - trailing]):
            expected[index] = capability.results(subject, alone)[0]
            bounds[index] = bound(subject, capability, alone)
        return Comparison(got, expected, bounds, "processes together and one by one")

    return takes_several_processes_at_once


BROADCAST = tuple(broadcast(capability) for capability in (STATE_VALUES, ACTION_VALUES, VISITATION))
