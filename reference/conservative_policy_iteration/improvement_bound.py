"""How far the performance of a conservative update can fall below the surrogate."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..extrema import largest
from ..performance_difference import expected_advantage
from ..tabular_mdp import TabularMDP

__all__ = ["mixture_penalty", "partner_advantage", "quadratic_mixture_penalty"]


def partner_advantage(mdp: TabularMDP, old: Array, partner: Array) -> Scalar:
    """ε = max_s |Σₐ π'(a|s) A_old(s, a)|, of the partner π' of the mixture, not of the mixture.

    Kakade and Langford (2002), theorem 4.1.
    """
    return np.asarray(largest(abs(expected_advantage(mdp, old, partner))))[()]


@domain(alpha="[0, 1]")
def mixture_penalty(mdp: TabularMDP, old: Array, partner: Array, alpha: Scalar) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ 2εγα² / ((1−γ)(1 − γ(1−α))) for π_new = (1−α) π_old + α π'.

    Attained for every γ and α. Kakade and Langford (2002), theorem 4.1, whose advantages are normalised.
    """
    coefficient = 2 * partner_advantage(mdp, old, partner) * mdp.discount * alpha**2
    return coefficient / ((1 - mdp.discount) * (1 - mdp.discount * (1 - alpha)))


@domain(alpha="[0, 1]")
def quadratic_mixture_penalty(mdp: TabularMDP, old: Array, partner: Array, alpha: Scalar) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ 2εγα² / (1−γ)², the same as a quadratic in α (Schulman et al., 2015, eq. 6)."""
    return 2 * partner_advantage(mdp, old, partner) * mdp.discount * alpha**2 / (1 - mdp.discount) ** 2
