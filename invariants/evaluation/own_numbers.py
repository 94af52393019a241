"""Statements about whole quantities take an implementation's own values, action values and visitation."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, floating
from ...reference.conservative_policy_iteration import partner_advantage
from ...reference.tabular_mdp import TabularMDP
from ..comparison import Comparison
from ..invariant import statement
from ..subject import Subject
from .backup import both
from .capabilities import VISITATION, discount_of, relative_error
from .estimate import as_told, taken_from
from .occupancy import visited

__all__ = ["OwnNumbers", "about_policies"]

about_policies = partial(statement, VISITATION, needs=("state_values", "action_values"))
"""Make an invariant of the visitation that needs both kinds of values as well."""


class OwnNumbers:
    """What an implementation returns for the policies of one process, as rationals, with how far it may be off.

    Each error is a bound on the difference to the exact quantity, from those of ``Values.bound`` and of the visitation.
    """

    def __init__(self, subject: Subject, mdp: TabularMDP) -> None:
        self.subject, self.mdp = subject, mdp
        self._values, self._actions = both(subject)
        self._told: dict[tuple[str, int], Array] = {}
        self._policies: list[Array] = []

    def values(self, policy: Array) -> Array:
        """V ``[S]``."""
        return self._ask("state_values", policy)

    def action_values(self, policy: Array) -> Array:
        """Q ``[S, A]``."""
        return self._ask("action_values", policy)

    def visitation(self, policy: Array) -> Array:
        """D ``[S]``, normalised."""
        return self._ask("visitation", policy)

    def performance(self, policy: Array) -> Any:
        """η = Σ_s μ(s) V(s)."""
        return self.mdp.initial @ self.values(policy)

    def expected_advantage(self, old: Array, new: Array) -> Array:
        """Ā(s) = Σₐ π_new(a|s) (Q_old(s, a) − V_old(s))."""
        return np.asarray((new * (self.action_values(old) - self.values(old)[:, None])).sum(axis=-1))

    def gain(self, where: Array, old: Array, new: Array) -> Any:
        """(1−γ)⁻¹ Σ_s d(s) Ā(s), d the visitation of the policy ``where``."""
        return self.visitation(where) @ self.expected_advantage(old, new) / (1 - self.mdp.discount)

    def gap(self, old: Array, new: Array) -> Any:
        """η(new) − L_old(new), L_old(new) = η(old) + (1−γ)⁻¹ Σ_s d_old(s) Ā(s)."""
        return self.performance(new) - self.performance(old) - self.gain(old, old, new)

    @property
    def performance_error(self) -> float:
        """Of η, and of V at any state."""
        return self._values.bound(self.mdp)

    @property
    def advantage_error(self) -> float:
        """Of Ā at any state: that of Q and that of V."""
        return self._actions.bound(self.mdp) + self._values.bound(self.mdp)

    @property
    def visitation_error(self) -> float:
        """Of the visitation, summed over states."""
        return relative_error(self.subject, self.mdp)

    def gain_error(self, old: Array, new: Array) -> float:
        """(1−γ)⁻¹ (e_d max|Ā| + (1 + e_d) (e_Q + e_V)), whichever policy is followed."""
        size = float(floating(partner_advantage(self.mdp, old, new)))
        spread = self.visitation_error * size + (1 + self.visitation_error) * self.advantage_error
        return spread / (1 - discount_of(self.mdp))

    def gap_error(self, old: Array, new: Array) -> float:
        """Of two performances and a gain."""
        return 2 * self.performance_error + self.gain_error(old, new)

    def comparison(self, got: Any, expected: Any, bound: float, what: str) -> Comparison:
        """Compare what was made of the numbers returned so far; it fails if one of them was no number."""
        return Comparison(as_told(got, *self._told.values()), np.asarray(expected), np.asarray(bound), what)

    def excess(self, size: Any, limit: Any, bound: float, what: str) -> Comparison:
        """Compare with 0 how far a size lies above its limit."""
        return self.comparison(max(size - limit, 0 * size), 0 * size, bound, f"{what} beyond its limit, and 0")

    def _ask(self, capability: str, policy: Array) -> Array:
        position = next((i for i, known in enumerate(self._policies) if known is policy), None)
        if position is None:
            position = len(self._policies)
            self._policies.append(policy)
        key = capability, position
        if key not in self._told:
            ask = {"state_values": self._values, "action_values": self._actions}.get(capability)
            self._told[key] = ask(self.mdp, policy) if ask else visited(self.subject, self.mdp, policy)
        return taken_from(self._told[key])
