"""A process and a policy as wrong versions of the linear solve see them, leading axes and all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from ...reference.arithmetic import Array

__all__ = ["BOTH", "Process", "Told", "chain", "of_process", "right", "simplified", "solved", "stays", "values_of"]

BOTH = ("state_values", "action_values")


@dataclass(frozen=True, eq=False)
class Process:
    """P ``[..., S, A, S]``, r ``[..., S, A]``, γ and π ``[..., S, A]``."""

    transition: Array
    reward: Array
    discount: Any
    policy: Array

    @property
    def leads(self) -> Array:
        """P_π ``[..., S, S]``."""
        return chain(self.transition, self.policy)

    @property
    def earns(self) -> Array:
        """r_π ``[..., S]``."""
        return np.asarray((self.policy * self.reward).sum(axis=-1))

    @property
    def told(self) -> Told:
        """V = (I − γP_π)⁻¹ r_π, and the process that Q is one backup of."""
        return values_of(self.leads, self.earns, self.discount), self


Told = tuple[Array, Process]
"""V, and the process by which one backup makes Q of it."""


def chain(transition: Array, policy: Array) -> Array:
    """P_π ``[..., S, S]``."""
    return np.asarray(np.einsum("...sa,...sat->...st", policy, transition))


def solved(matrix: Array, right: Array) -> Array:
    """The solution of a system for each of the leading axes."""
    return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0])


def values_of(leads: Array, earns: Array, discount: Any) -> Array:
    """V of a chain and its rewards."""
    return solved(np.eye(leads.shape[-1]) - discount * leads, earns)


def stays(transition: Array) -> Array:
    """Which states never leave themselves, whatever the action, ``[..., S]``."""
    return np.asarray((np.einsum("...sas->...sa", transition) == 1).all(axis=-1))


def simplified(policy: Array, choice: str) -> Array:
    """A policy that is not the one asked about."""
    if choice == "uniform":
        return np.full_like(policy, 1 / policy.shape[-1])
    action = np.argmax(policy, axis=-1) if choice == "likeliest" else np.zeros(policy.shape[:-1], dtype=int)
    return np.asarray((action[..., None] == np.arange(policy.shape[-1])).astype(float))


def of_process(wrong: Callable[..., Told]) -> Callable[..., Array]:
    """The evaluation that returns V, or one backup of V, as a function tells them of a ``Process``."""

    @wraps(wrong)
    def evaluate(
        transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str, **form: Any
    ) -> Array:
        values, process = wrong(Process(transition, reward, discount, policy), **form)
        if capability == "state_values":
            return values
        ahead = np.einsum("...sat,...t->...sa", process.transition, values)
        return np.asarray(process.reward + process.discount * ahead)

    return evaluate


right = of_process(lambda process: process.told)
