"""Claims about the bound in the mean divergence, near the old policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...invariants.case import Case
from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array, exact
from ...reference.kl import mean_kl
from ...reference.surrogate import surrogate_gap
from ...reference.tabular_mdp import TabularMDP
from ...reference.trust_region_bound import (
    gap_curvature,
    kl_curvature,
    largest_advantage,
    local_penalty,
    maximal_total_variation,
)
from ...reference.visitation import visitation
from ..evidence import fact, inequality, tight
from .cases import doubling


@dataclass(frozen=True, eq=False, repr=False)
class Direction(Case):
    """A process, a policy of full support and a change of it whose rows sum to 0, both ``[S, A]``."""

    mdp: TabularMDP
    old: Array
    direction: Array


DIRECTIONS = two_policies(positive=True).map(lambda case: Direction(case.mdp, case.old, case.new - case.old))


@inequality("local-mean-kl-bound", cases=DIRECTIONS)
def second_order_bound(case: Direction) -> tuple[Array, Array]:
    """|lim (η − L_old)/t²| ≤ 2ε√γ/(1−γ)^{3/2} lim E_d KL/t² along π_old + tD."""
    curvature = gap_curvature(case.mdp, case.old, case.direction)
    return np.asarray(abs(curvature)), np.asarray(local_penalty(case.mdp, case.old, case.direction))


@tight("local-mean-kl-bound", of=second_order_bound, reaches="9/10")
def double_or_nothing() -> Iterator[Direction]:
    """N rounds of double or nothing at γ = ½ reach N/(N+4), → 1: the constant cannot be lowered."""
    for rounds in (4, 36):
        case = Direction(*doubling(rounds))
        smaller, larger = second_order_bound(case)
        assert smaller / larger == exact(rounds).item() / (rounds + 4)
        yield case


@fact("local-mean-kl-bound", cases=two_policies(positive=True))
def curvatures_are_the_second_order_terms(case: TwoPolicies) -> None:
    """|η − L_old − t² g| ≤ 8εγ²(tα)³/(1−γ)³ and |E_d KL − t² k| ≤ ⅔ t³ E_d Σₐ |D|³/π_old² for t |D| ≤ ½ π_old."""
    mdp, old, direction = case.mdp, case.old, case.new - case.old
    t = (old.min() / 2 + 0 * mdp.discount) / 4
    new = old + t * direction
    alpha, epsilon = t * maximal_total_variation(old, case.new), largest_advantage(mdp, old)
    missed = abs(surrogate_gap(mdp, old, new) - t**2 * gap_curvature(mdp, old, direction))
    assert missed <= 8 * epsilon * mdp.discount**2 * (alpha / (1 - mdp.discount)) ** 3
    third = (visitation(mdp, old) * (abs(direction) ** 3 / old**2).sum(axis=-1)).sum()
    beyond = abs(mean_kl(mdp, old, new) - t**2 * kl_curvature(mdp, old, direction))
    assert not beyond > 2 * t**3 * third / 3
