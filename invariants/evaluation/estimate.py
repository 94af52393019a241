"""One statement about values judges two methods: ``state_values`` and ``action_values``; the numbers a method told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ...reference import policy_evaluation
from ...reference.arithmetic import Array, exact, floating
from ...reference.tabular_mdp import TabularMDP
from ..capability import Capability
from ..comparison import Comparison
from ..invariant import statement_of_each
from ..mdps import OnePolicy
from ..subject import Subject
from .capabilities import ACTION_VALUES, STATE_VALUES, discount_of, relative_error

__all__ = ["NG_1999", "PUTERMAN_1994", "SUTTON_BARTO_2018", "Values", "as_told", "statement", "taken_from"]

PUTERMAN_1994 = "Puterman (1994), Markov decision processes"
SUTTON_BARTO_2018 = "Sutton, Barto (2018), Reinforcement learning: an introduction"
NG_1999 = "Ng, Harada, Russell (1999), Policy invariance under reward transformations"


@dataclass(frozen=True)
class Values:
    """An implementation's values, seen through one of its two methods."""

    subject: Subject
    capability: Capability

    def __call__(self, mdp: TabularMDP, policy: Array) -> Array:
        """What the implementation returns: V ``[S]`` or Q ``[S, A]``."""
        return self.capability.results(self.subject, OnePolicy(mdp, policy))[0]

    @property
    def of_states(self) -> bool:
        """Whether it is V that is judged."""
        return self.capability is STATE_VALUES

    def of(self, states: Array, actions: Array) -> Array:
        """What this method should return where V is ``states`` ``[S]`` and Q is ``actions`` ``[S, A]``."""
        return states if self.of_states else actions

    def exact(self, mdp: TabularMDP, policy: Array) -> Array:
        """The right values, as rationals."""
        if self.of_states:
            return policy_evaluation.state_values(mdp, policy)
        return policy_evaluation.action_values(mdp, policy)

    def bound(self, mdp: TabularMDP) -> float:
        """The relative error of a solve times max|r| / (1−γ), over all actions, taken or not.

        Q = r + γPV adds (S + 3) roundings of numbers below max|r|/(1−γ). Or Q is solved first, for all pairs (s, a) at
        once, and V = Σₐ πQ made of it: then rewards of actions never taken are rounded into both.
        """
        largest = float(np.abs(floating(mdp.reward)).max())
        return relative_error(self.subject, mdp) * largest / (1 - discount_of(mdp))

    def against(self, expected: Array, mdp: TabularMDP, policy: Array, what: str) -> Comparison:
        """Compare the values of a process with what is right."""
        return Comparison(self(mdp, policy), expected, np.asarray(self.bound(mdp)), what)


def taken_from(told: Array) -> Array:
    """The numbers that an implementation returned, as rationals; 0 for what is no number, which ``as_told`` recalls."""
    return exact(np.where(np.isfinite(told), told, 0.0))


def as_told(numbers: Any, *told: Array) -> Array:
    """Rationals made of the numbers that were returned, as floats: NaN where one of those was no number."""
    good = all(bool(np.isfinite(array).all()) for array in told)
    return np.asarray(floating(numbers) if good else np.full(np.shape(numbers), np.nan))


statement = partial(statement_of_each, (STATE_VALUES, ACTION_VALUES), Values)
"""Make two invariants, ``state-values-…`` and ``action-values-…``, of a comparison of values on a case."""
