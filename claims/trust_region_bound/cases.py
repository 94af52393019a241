"""The families on which trust-region bounds are tight, and what else their claims are tried on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers, table
from ...invariants.mdps import TwoPolicies, mdps, policies, two_policies
from ...reference.arithmetic import Array, exact
from ...reference.conservative_policy_iteration import greedy_selector, mixture
from ...reference.policy_evaluation import advantages
from ...reference.tabular_mdp import TabularMDP
from ..conservative_policy_iteration.cases import stay_or_go

__all__ = [
    "Estimated",
    "coin",
    "doubling",
    "drift",
    "estimated",
    "full_support",
    "going",
    "lingering",
    "pairs",
    "record",
    "small_steps",
]

ERRORS = table(["0", "1/8", "-1/8", "1", "-1", "1/1024"])


@dataclass(frozen=True, eq=False, repr=False)
class Estimated(Case):
    """A process, two policies and estimates Â of the old one's advantages ``[S, A]``."""

    mdp: TabularMDP
    old: Array
    new: Array
    estimates: Array


@st.composite
def full_support(draw: st.DrawFn) -> TwoPolicies:
    """Two policies of full support, so that divergences are finite in both directions."""
    mdp = draw(mdps())
    return TwoPolicies(mdp, draw(policies(mdp, positive=True)), draw(policies(mdp, positive=True)))


def pairs() -> st.SearchStrategy[TwoPolicies]:
    """Any two policies; in half of the cases both have full support."""
    return st.one_of(full_support(), two_policies())


@st.composite
def estimated(draw: st.DrawFn) -> Estimated:
    """True advantages and errors beside them, often of the same size everywhere."""
    case = draw(two_policies())
    error = draw(numbers((case.mdp.states, case.mdp.actions), ERRORS))
    return Estimated(case.mdp, case.old, case.new, advantages(case.mdp, case.old) + error)


@st.composite
def small_steps(draw: st.DrawFn) -> TwoPolicies:
    """Steps from a policy of full support towards the greedy one, γ > 0: small enough for a lower bound to accept."""
    mdp = draw(mdps())
    mdp = mdp if mdp.discount > 0 else replace(mdp, discount=exact("1/2").item())
    old = draw(policies(mdp, positive=True))
    towards = draw(st.sampled_from(["greedy", "any"]))
    partner = greedy_selector(mdp, old) if towards == "greedy" else draw(distributions((mdp.states,), mdp.actions))
    weight: Any = exact(f"1/{2 ** draw(st.integers(1, 24))}").item()
    return TwoPolicies(mdp, old, mixture(old, partner, weight))


def going(discount: str, alpha: str) -> TwoPolicies:
    """Conservative updates' tight family, as a pair of policies: the deterministic one and the mixture."""
    case = stay_or_go(discount, alpha)
    return TwoPolicies(case.mdp, case.old, case.new)


def drift(discount: str, b: str, step: str | None = None) -> TwoPolicies:
    """X {a₊: +1 → Y, a₋: −1 → X, a₀: 0 → X}, Y absorbing (+1, −1, 0), μ = X, π_old = (b, b, 1−2b).

    π_new moves ``step`` (b if not given) from a₋ to a₊ at X and back at Y: V_old = 0, ε = 1, α = ``step``.
    """
    x, y = [1, 0], [0, 1]
    share, moved = exact(b).item(), exact(b if step is None else step).item()
    row = np.array([share, share, 1 - 2 * share])
    change = moved * exact([1, -1, 0])
    gains = exact([1, -1, 0])
    mdp = TabularMDP(exact([[y, x, x], [y, y, y]]), np.array([gains, gains]), exact(x), exact(discount).item())
    return TwoPolicies(mdp, np.array([row, row]), np.array([row + change, row - change]))


def lingering(discount: str, step: str) -> TwoPolicies:
    """X {leave, stay}, Y absorbing, r = (+1, −1) at both, μ = X, π_old = (½, ½): V_old = 0, ε = 1.

    π_new moves ``step`` from leaving to staying, though that costs, and at Y from −1 to +1, where it is too rarely.
    α = ``step``. At α = ½ the coupling bound is attained.
    """
    x, y = [1, 0], [0, 1]
    gains, half, moved = exact([1, -1]), exact(["1/2", "1/2"]), exact(step).item() * exact([1, -1])
    mdp = TabularMDP(exact([[y, x], [y, y]]), np.array([gains, gains]), exact(x), exact(discount).item())
    return TwoPolicies(mdp, np.array([half, half]), np.array([half - moved, half + moved]))


def record(discount: str, tremble: str) -> TwoPolicies:
    """X → Y or Z by a coin, for ever; at Y and Z a tiny change of policy earns ±1 through large rewards.

    X's coin turns from (½, ½) to (¾, ¼); TV at Y and Z is ``tremble``, the rewards there ±1/(2·tremble).
    """
    x, y, z = np.eye(3, dtype=int)
    small, half = exact(tremble).item(), exact(["1/2", "1/2"])
    large, none = exact([1, -1]) / (2 * small), exact([0, 0])
    mdp = TabularMDP(exact([[y, z], [y, y], [z, z]]), np.array([none, large, -large]), exact(x), exact(discount).item())
    change = small * exact([1, -1])
    return TwoPolicies(
        mdp, np.array([half, half, half]), np.array([exact(["3/4", "1/4"]), half + change, half + change])
    )


def coin(discount: str, step: str) -> TwoPolicies:
    """One state, r = (+1, −1), π_old = (½, ½), π_new = (½ + t, ½ − t): ε = 1 and L_old is the truth."""
    half, gains = exact(["1/2", "1/2"]), exact([1, -1])
    mdp = TabularMDP(exact([[[1], [1]]]), gains[None], exact([1]), exact(discount).item())
    return TwoPolicies(mdp, half[None], (half + exact(step).item() * gains)[None])


def doubling(levels: int) -> tuple[TabularMDP, Array, Array]:
    """γ = ½: a chain whose coins at levels 1 … N double the stake or end the game, as (mdp, π_old, direction).

    State 0 tosses first; state k ≥ 1 has survived k tosses, its score is 2ᵏ⁻¹, and the direction at it is as large:
    the score ḋ/d stays proportional to Ā_D, as Cauchy–Schwarz wants it. The last state is the end.
    """
    states = levels + 2
    end = states - 1
    transition = np.zeros((states, 2, states), dtype=int)
    reward = np.zeros((states, 2), dtype=int)
    stakes = np.zeros((states, 2), dtype=int)
    for level in range(states):
        transition[level, 0, min(level + 1, end)] = 1
        transition[level, 1, end] = 1
        if 0 < level < end:
            reward[level] = 1, -1
        if level < end:
            stakes[level] = np.array([1, -1]) * 2 ** max(level - 1, 0)
    initial = np.eye(states, dtype=int)[0]
    mdp = TabularMDP(exact(transition), exact(reward), exact(initial), exact("1/2").item())
    half = exact("1/2").item()
    return mdp, half * exact(np.ones((states, 2), dtype=int)), half * exact(stakes)
