"""Claims about the bound in the largest distance over states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array, exact
from ...reference.conservative_policy_iteration import partner_advantage, visitation_shift
from ...reference.policy_evaluation import advantages
from ...reference.surrogate import surrogate_gap
from ...reference.trust_region_bound import (
    coupling_penalty,
    kl_penalty,
    largest_advantage,
    maximal_kl,
    maximal_total_variation,
    penalty_coefficient,
    total_variation_penalty,
)
from ...reference.visitation import visitation
from ..conservative_policy_iteration.cases import Mixing, leave_or_stay, mixing
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import coin, drift, going, lingering, pairs

DRIFT = "X {+1 → Y, −1 → X, 0 → X}, Y absorbing (+1, −1, 0), π_old = (b, b, 1−2b), π_new moves b to +1 at X, to −1 at Y"


def gap(case: TwoPolicies) -> Array:
    """|η(π_new) − L_old(π_new)|."""
    return np.asarray(abs(surrogate_gap(case.mdp, case.old, case.new)))


@inequality("trpo-theorem-1", "cpi-mixture-only", cases=two_policies())
def theorem_one(case: TwoPolicies) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ 4εγα²/(1−γ)² for any two policies; ε over the actions that either takes will do."""
    mdp, alpha = case.mdp, maximal_total_variation(case.old, case.new)
    taken = abs(advantages(mdp, case.old))[(case.old > 0) | (case.new > 0)]
    with_taken = 4 * taken.max() * mdp.discount * alpha**2 / (1 - mdp.discount) ** 2
    return gap(case), np.array([total_variation_penalty(mdp, case.old, case.new), with_taken])


@tight("trpo-theorem-1", of=theorem_one, reaches="997/1000")
def four_is_sharp() -> Iterator[TwoPolicies]:
    """The ratio is (1−γ)²/((1−γ+γb)(1−γ+2γb)), 25/33 and 5000/5151 at γ = ½, → 1 as b → 0 at every γ."""
    for b, ratio in (("1/10", "25/33"), ("1/100", "5000/5151")):
        case = drift("1/2", b)
        smaller, larger = theorem_one(case)
        assert np.all(smaller / larger == exact(ratio))
        yield case
    yield drift("9/10", "1/1000")
    yield drift("99/100", "1/100000")


@counterexample("trpo-theorem-1")
def two_is_not_enough() -> Counterexample:
    """Constant 2, which mixtures allow with their own ε, is false in Theorem 1."""
    case = drift("1/10", "1/10")
    return Counterexample(
        f"{DRIFT}, γ = b = 1/10",
        ("2εγα²/(1−γ)²", total_variation_penalty(case.mdp, case.old, case.new) / 2),
        "<",
        ("L_old(π_new) − η(π_new)", gap(case).item()),
    )


@counterexample("trpo-theorem-1")
def epsilon_of_the_new_policy() -> Counterexample:
    """ε = max_s |Σₐ π_new A_old|, already of the order of α, is not the ε of Theorem 1."""
    half, more = exact(["1/2", "1/2"]), exact(["3/5", "2/5"])
    case = TwoPolicies(leave_or_stay("1/2"), np.array([half, half]), np.array([more, more]))
    small = partner_advantage(case.mdp, case.old, case.new) / largest_advantage(case.mdp, case.old)
    return Counterexample(
        "X {leave: +1 → Y, stay: −1 → X}, Y absorbing {−1, +1}, γ = 1/2, π_old = (1/2, 1/2), π_new = (3/5, 2/5)",
        (
            "4εγα²/(1−γ)², ε = max_s |Σₐ π_new A_old|",
            small * total_variation_penalty(case.mdp, case.old, case.new),
        ),
        "<",
        ("|η(π_new) − L_old(π_new)|", gap(case).item()),
    )


@inequality("trpo-theorem-1", "alpha-coupling", cases=two_policies())
def coupling_form(case: TwoPolicies) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ 4εγα²/((1−γ)(1 − γ(1−α)))."""
    return gap(case), coupling_penalty(case.mdp, case.old, case.new)


@tight("trpo-theorem-1", "alpha-coupling", of=coupling_form, reaches=1)
def coupling_form_is_attained() -> Iterator[TwoPolicies]:
    """π_new stays at X for ever: η − L = −4/3 at γ = 1/2 and −180/11 at γ = 9/10, equality at every γ."""
    for discount, difference in (("1/2", "-4/3"), ("9/10", "-180/11"), ("1/100", "-200/19701")):
        case = lingering(discount, "1/2")
        assert surrogate_gap(case.mdp, case.old, case.new) == exact(difference).item()
        yield case
        yield replace(case, mdp=replace(case.mdp, reward=-case.mdp.reward))


@inequality("alpha-coupling", cases=two_policies())
def coupled_visitation(case: TwoPolicies) -> tuple[Array, Array]:
    """‖d_new − d_old‖₁ ≤ 2γα/(1 − γ(1−α)), α = max_s TV."""
    moved = abs(visitation(case.mdp, case.new) - visitation(case.mdp, case.old)).sum()
    return np.asarray(moved), visitation_shift(case.mdp.discount, maximal_total_variation(case.old, case.new))


@tight("alpha-coupling", of=coupled_visitation, reaches=1)
def those_who_go() -> Iterator[TwoPolicies]:
    """Where the first different action is for ever."""
    yield going("1/2", "1/2")
    yield going("999/1000", "1/8")


@inequality("theorem1-epsilon-relation", cases=two_policies())
def advantage_of_the_new_policy(case: TwoPolicies) -> tuple[Array, Array]:
    """max_s |Σₐ π_new A_old| ≤ 2αε, as Σₐ π_old A_old = 0."""
    alpha = maximal_total_variation(case.old, case.new)
    return partner_advantage(case.mdp, case.old, case.new), 2 * alpha * largest_advantage(case.mdp, case.old)


@tight("theorem1-epsilon-relation", of=advantage_of_the_new_policy, reaches=1)
def turned_coin() -> Iterator[TwoPolicies]:
    """Two actions of advantage ±1."""
    yield coin("1/2", "1/8")


@identity("theorem1-epsilon-relation", cases=mixing())
def advantage_of_a_mixture(case: Mixing) -> tuple[Array, Array]:
    """max_s |Σₐ π_new A_old| = α max_s |Σₐ π' A_old| for π_new = (1−α) π_old + α π'."""
    found = partner_advantage(case.mdp, case.old, case.new)
    return np.asarray(found), np.asarray(case.alpha * partner_advantage(case.mdp, case.old, case.partner))


@inequality("trpo-kl-bound", "theoretic-error-bound", cases=pairs())
def kl_form(case: TwoPolicies) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ ½ C max_s KL, C = 4εγ/(1−γ)², in either direction of KL."""
    if penalty_coefficient(case.mdp, case.old) == 0:
        return gap(case), kl_penalty(case.mdp, case.old, case.new)
    swapped = penalty_coefficient(case.mdp, case.old) * maximal_kl(case.new, case.old) / 2
    return gap(case), np.array([kl_penalty(case.mdp, case.old, case.new), swapped], dtype=object)


@tight("trpo-kl-bound", "theoretic-error-bound", of=kl_form, reaches="998/1000")
def half_is_sharp() -> Iterator[TwoPolicies]:
    """The ratio tends to ((1−γ)/(1−γ/2))² as the step vanishes, and that to 1 as γ → 0: C as printed is loose by 2."""
    yield lingering("1/100", "1/1024")
    yield lingering("1/1000", "1/1024")
