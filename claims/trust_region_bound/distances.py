"""Claims about the distances between policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array, exact, exp
from ...reference.kl import categorical_kl, maximal_coupling, total_variation
from ...reference.surrogate import surrogate_gap
from ...reference.trust_region_bound import maximal_total_variation, total_variation_penalty
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from ..kl.cases import TwoLaws, two_laws
from .cases import going


@dataclass(frozen=True, eq=False, repr=False)
class Coupled(Case):
    """The joint law ``[X, X]`` of two variables."""

    joint: Array


@st.composite
def couplings(draw: st.DrawFn) -> Coupled:
    """Independent variables, maximally coupled ones, and mixtures of the two."""
    laws = draw(two_laws())
    weight = draw(st.sampled_from(["0", "1", "1/2", "7/8"]).map(lambda text: exact(text).item()))
    return Coupled(weight * maximal_coupling(laws.p, laws.q) + (1 - weight) * np.outer(laws.p, laws.q))


@identity("tv-definition", cases=two_laws())
def half_the_distance_is_the_largest_difference(case: TwoLaws) -> tuple[Array, Array]:
    """½ Σₓ |p(x) − q(x)| = max_B |p(B) − q(B)|, every event B tried; from either side."""
    events = chain.from_iterable(combinations(range(len(case.p)), size) for size in range(len(case.p) + 1))
    largest = max(abs(case.p[list(event)].sum() - case.q[list(event)].sum()) for event in events)
    return np.array([total_variation(case.p, case.q), total_variation(case.q, case.p)]), np.asarray(largest)


@identity("tv-definition", cases=two_laws())
def maximal_coupling_attains_it(case: TwoLaws) -> tuple[Array, Array]:
    """The maximal coupling has marginals p and q, and P(X ≠ Y) = TV(p, q)."""
    joint = maximal_coupling(case.p, case.q)
    assert np.all(joint >= 0)
    return (
        np.concatenate([joint.sum(axis=1), joint.sum(axis=0), [joint.sum() - joint.trace()]]),
        np.concatenate([case.p, case.q, [total_variation(case.p, case.q)]]),
    )


@inequality("tv-definition", cases=couplings())
def no_coupling_does_better(case: Coupled) -> tuple[Array, Array]:
    """TV(p, q) ≤ P(X ≠ Y) for X ~ p and Y ~ q, however they depend on each other."""
    p, q = case.joint.sum(axis=1), case.joint.sum(axis=0)
    return total_variation(p, q), np.asarray(case.joint.sum() - case.joint.trace())


@tight("tv-definition", of=no_coupling_does_better, reaches=1)
def best_coupling() -> Iterator[Coupled]:
    """The maximal coupling of (½, ½) and (¾, ¼)."""
    yield Coupled(maximal_coupling(exact(["1/2", "1/2"]), exact(["3/4", "1/4"])))


@identity("tv-max-definition", cases=two_policies())
def maximum_over_all_states(case: TwoPolicies) -> tuple[Array, Array]:
    """max_s TV = the least α such that |π_old(B|s) − π_new(B|s)| ≤ α at every state: positive parts suffice."""
    rows = [sum(max(x - y, 0 * x) for x, y in zip(*pair, strict=True)) for pair in zip(case.old, case.new, strict=True)]
    return np.asarray(maximal_total_variation(case.old, case.new)), np.asarray(max(rows))


@counterexample("tv-max-definition")
def unvisited_states_count() -> Counterexample:
    """A maximum over the states that π_old visits would not do: Theorem 1 fails with it."""
    case = going("1/2", "1/10")
    new = np.array([case.new[0], exact([0, 1])])
    visited_only = TwoPolicies(case.mdp, case.old, np.array([case.new[0], case.old[1]]))
    return Counterexample(
        "s₀ {stay, go: +1 → s₁}, s₁ {0, −1} absorbing, μ = s₀, γ = 1/2, π_old = (stay, 0), π_new = (9/10 stay, −1)",
        ("4εγα²/(1−γ)², α over visited states", total_variation_penalty(case.mdp, case.old, visited_only.new)),
        "<",
        ("L_old(π_new) − η(π_new)", abs(surrogate_gap(case.mdp, case.old, new))),
    )


@inequality("tv-kl-relation", cases=two_laws())
def total_variation_squared_is_at_most_half_the_divergence(case: TwoLaws) -> tuple[Array, Array]:
    """TV² ≤ ½ KL, for either direction of KL: half of what is printed."""
    divergences = [categorical_kl(case.p, case.q), categorical_kl(case.q, case.p)]
    return total_variation(case.p, case.q) ** 2, np.array([kl / 2 for kl in divergences])


@tight("tv-kl-relation", of=total_variation_squared_is_at_most_half_the_divergence, reaches="999999/1000000")
def near_a_fair_coin() -> Iterator[TwoLaws]:
    """P = (½, ½), q = (½ + 2⁻¹³, ½ − 2⁻¹³)."""
    yield TwoLaws(exact(["1/2", "1/2"]), exact("1/2") + exact([1, -1]) / 8192)


@inequality("tv-kl-relation", cases=two_laws())
def bretagnolle_huber(case: TwoLaws) -> tuple[Array, Array]:
    """TV² ≤ 1 − e^−KL."""
    kl = categorical_kl(case.p, case.q)
    return total_variation(case.p, case.q) ** 2, 1 - exp(-kl)


@tight("tv-kl-relation", of=bretagnolle_huber, reaches="1022/1024")
def nearly_disjoint() -> Iterator[TwoLaws]:
    """P = (1, 0), q = (2⁻¹⁰, 1 − 2⁻¹⁰): TV = 1 − e^−KL."""
    yield TwoLaws(exact([1, 0]), exact(["1/1024", "1023/1024"]))


@fact("tv-definition", cases=two_laws())
def total_variation_lies_in_the_unit_interval(case: TwoLaws) -> None:
    """0 ≤ TV ≤ 1, 0 for equal distributions alone, 1 for disjoint ones alone."""
    distance = total_variation(case.p, case.q)
    assert 0 <= distance <= 1
    assert (distance == 0) == bool(np.all(case.p == case.q))
    assert (distance == 1) == bool(np.all(case.p * case.q == 0))
