"""Claims about the bounds with averages over states, and with spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array
from ...reference.conservative_policy_iteration import partner_advantage
from ...reference.extrema import largest
from ...reference.policy_evaluation import action_values
from ...reference.trust_region_bound import (
    advantage_span,
    maximal_total_variation,
    mean_kl_penalty,
    mean_total_variation_penalty,
    mean_visitation_shift,
    span_penalty,
    uniform_span_penalty,
    value_span_penalty,
)
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, inequality, tight
from .cases import drift, full_support, going, lingering, record
from .theorem import DRIFT, gap


@inequality("visitation-lipschitz", cases=two_policies())
def visitation_is_lipschitz(case: TwoPolicies) -> tuple[Array, Array]:
    """‖d_new − d_old‖₁ ≤ 2γ/(1−γ) E_{s ~ d_old} TV."""
    moved = abs(visitation(case.mdp, case.new) - visitation(case.mdp, case.old)).sum()
    return np.asarray(moved), mean_visitation_shift(case.mdp, case.old, case.new)


@tight("visitation-lipschitz", of=visitation_is_lipschitz, reaches=1)
def one_toss_for_ever() -> Iterator[TwoPolicies]:
    """Policies that differ at the first step alone, whose outcome is never undone."""
    for discount in ("1/2", "99/100"):
        case = record(discount, "1/2")
        yield replace(case, new=np.array([case.new[0], case.old[1], case.old[2]]))


@inequality("cpo-average-tv", cases=two_policies())
def mean_total_variation_form(case: TwoPolicies) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ 2γε'/(1−γ)² E_{s ~ d_old} TV, ε' = max_s |Σₐ π_new A_old|."""
    return gap(case), mean_total_variation_penalty(case.mdp, case.old, case.new)


@tight("cpo-average-tv", of=mean_total_variation_form, reaches="32768/32769")
def toss_that_is_paid_later() -> Iterator[TwoPolicies]:
    """The first toss decides between Ā = +½ and −½ for ever, and little else changes."""
    yield going("9/10", "1/1000")
    yield record("1/2", "1/131072")
    yield record("99/100", "1/16777216")


@inequality("cpo-average-tv", cases=full_support())
def mean_kl_form(case: TwoPolicies) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ √2 γε'/(1−γ)² √(E_{s ~ d_old} KL(π_old‖π_new))."""
    return gap(case), mean_kl_penalty(case.mdp, case.old, case.new)


@tight("cpo-average-tv", of=mean_kl_form, reaches="998/1000")
def fair_coins_turned_a_little() -> Iterator[TwoPolicies]:
    """Where Pinsker and Jensen lose nothing: fair coins everywhere; → 1 as the step and γ vanish."""
    yield lingering("1/100", "1/1024")
    yield lingering("1/1000", "1/1024")


@inequality("span-bound", cases=two_policies())
def span_form(case: TwoPolicies) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ γ/(1−γ)² (max_s Ā − min_s Ā) E_{s ~ d_old} TV."""
    return gap(case), span_penalty(case.mdp, case.old, case.new)


@tight("span-bound", of=span_form, reaches="32768/32769")
def span_of_what_is_paid_later() -> Iterator[TwoPolicies]:
    """As for ε': there Ā is ±½."""
    yield from toss_that_is_paid_later.function()


@inequality("span-bound", cases=two_policies())
def span_is_at_most_twice_the_maximum(case: TwoPolicies) -> tuple[Array, Array]:
    """max_s Ā − min_s Ā ≤ 2 ε': the span is never the worse choice."""
    return advantage_span(case.mdp, case.old, case.new), 2 * partner_advantage(case.mdp, case.old, case.new)


@tight("span-bound", of=span_is_at_most_twice_the_maximum, reaches=1)
def opposite_advantages() -> Iterator[TwoPolicies]:
    """Ā = ±b."""
    yield drift("1/2", "1/10")


@inequality("pirotta-bound", cases=two_policies())
def uniform_span_form(case: TwoPolicies) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ γ/(2(1−γ)²) ‖π_new − π_old‖_∞ (max_s Ā − min_s Ā)."""
    return gap(case), uniform_span_penalty(case.mdp, case.old, case.new)


@tight("pirotta-bound", of=uniform_span_form, reaches="1000/1009")
def uniform_span_of_those_who_go() -> Iterator[TwoPolicies]:
    """The ratio (1−γ)/(1−γ+γα) of conservative updates."""
    yield going("9/10", "1/1000")


@inequality("pirotta-bound", cases=two_policies())
def value_span_form(case: TwoPolicies) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ γ/(2(1−γ)²) ‖π_new − π_old‖²_∞ (max Q − min Q)."""
    return gap(case), value_span_penalty(case.mdp, case.old, case.new)


@tight("pirotta-bound", of=value_span_form, reaches="997/1000")
def value_span_of_a_drift() -> Iterator[TwoPolicies]:
    """The family of Theorem 1, Q = A in [−1, 1]."""
    yield drift("1/2", "1/100")
    yield drift("99/100", "1/100000")


@counterexample("pirotta-bound")
def largest_value_is_not_the_span() -> Counterexample:
    """With max |Q| in place of max Q − min Q, as it is often quoted, rewards of both signs refute it."""
    case = drift("1/2", "1/10")
    values = action_values(case.mdp, case.old)
    norm = 2 * maximal_total_variation(case.old, case.new)
    quoted = case.mdp.discount / (2 * (1 - case.mdp.discount) ** 2) * norm**2 * largest(abs(values).reshape(-1)).item()
    return Counterexample(
        f"{DRIFT}, γ = 1/2, b = 1/10",
        ("γ/(2(1−γ)²) ‖π_new − π_old‖²_∞ max |Q|", quoted),
        "<",
        ("L_old(π_new) − η(π_new)", gap(case).item()),
    )
