"""The problem that TRPO approximates, solved without approximation where the policy is free at every state."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..domain import domain
from ..tabular_mdp import InvalidPolicyError

__all__ = ["kl_constrained_optimum"]


@domain(policy="... A in Δ", advantages="... A", level="...")
def kl_constrained_optimum(policy: Array, advantages: Array, level: Array) -> tuple[Array, Array]:
    """argmax_π' {Σ_a π'(a) A(a) − λ KL(π ‖ π')} at the multiplier λ to which ``level`` ν > max A belongs.

    π'(a) = λ π(a) / (ν − A(a)) and λ = 1 / Σ_a π(a) / (ν − A(a)), by the conditions of Karush, Kuhn and Tucker; so π'
    also solves max Σ π'A subject to KL(π ‖ π') ≤ δ for the δ that it uses up. Returns π' ``[..., A]`` and λ ``[...]``,
    rational where the arguments are; ν → ∞ is δ → 0. Grill et al. (2020), "Monte-Carlo tree search as regularized
    policy optimization", with action values for advantages.

    Raises
    ------
    InvalidPolicyError: a row of ``policy`` is no distribution with full support.
    ValueError: a level is not above all advantages of its row.
    """
    if not np.all(policy > 0):
        raise InvalidPolicyError("an action has probability 0: nothing then bounds the mass that π' may give it")
    room = np.asarray(level)[..., None] - advantages
    if not np.all(room > 0):
        raise ValueError("a level ν must exceed all advantages of its row")
    multiplier = 1 / (policy / room).sum(axis=-1)
    return np.asarray(np.asarray(multiplier)[..., None] * policy / room), multiplier
