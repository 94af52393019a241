"""Claims about climbing the lower bound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, one_policy
from ...reference.arithmetic import Array, Scalar, exact, log, precision
from ...reference.conservative_policy_iteration import greedy_selector, mixture
from ...reference.policy_evaluation import performance
from ...reference.surrogate import surrogate_advantage, surrogate_performance
from ...reference.tabular_mdp import TabularMDP
from ...reference.trust_region_bound import (
    kl_penalty,
    largest_advantage,
    maximal_total_variation,
    minorizer,
    penalty_coefficient,
    step_limit,
)
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .cases import coin, lingering, pairs, small_steps


def stuck(discount: str, share: str) -> TwoPolicies:
    """One state, r = (0, 1), π_old on the worse action alone, π_new with a share of the better: A_old = (0, 1)."""
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[0, 1]]), exact([1]), exact(discount).item())
    moved = exact(share).item()
    return TwoPolicies(mdp, exact([[1, 0]]), np.array([[1 - moved, moved]]))


def gain(case: TwoPolicies) -> Scalar:
    """M_old(π_new) − M_old(π_old)."""
    return minorizer(case.mdp, case.old, case.new) - minorizer(case.mdp, case.old, case.old)


@inequality("variational-lower-bound", "mm-minimization-typo", cases=pairs())
def lower_bound(case: TwoPolicies) -> tuple[Array, Array]:
    """L_old(π_new) − η(π_new) ≤ C max_s KL(π_old‖π_new): M_old minorises η."""
    penalty = 2 * kl_penalty(case.mdp, case.old, case.new)
    return surrogate_performance(case.mdp, case.old, case.new) - performance(case.mdp, case.new), np.asarray(penalty)


@tight("variational-lower-bound", of=lower_bound, reaches="499/1000")
def lower_bound_is_loose_by_two() -> Iterator[TwoPolicies]:
    """½ is the supremum, by Pinsker's inequality."""
    yield lingering("1/1000", "1/1024")


@identity("mm-anchor-equality", "mm-001-subscript", cases=one_policy())
def touches_at_the_anchor(case: OnePolicy) -> tuple[Array, Array]:
    """M_i(π_i) = η(π_i)."""
    found = minorizer(case.mdp, case.policy, case.policy)
    return np.asarray(found), np.asarray(performance(case.mdp, case.policy))


@counterexample("mm-001-subscript")
def bound_of_another_iteration() -> Counterexample:
    """M(π_i) needs its index: the bound made at π_{i−1} does not touch η at π_i."""
    case = coin("1/2", "1/8")
    return Counterexample(
        "one state, r = (1, −1), γ = 1/2, π_{i−1} = (1/2, 1/2), π_i = (5/8, 3/8)",
        ("M_{i−1}(π_i)", minorizer(case.mdp, case.old, case.new)),
        "<",
        ("M_i(π_i) = η(π_i)", minorizer(case.mdp, case.new, case.new)),
    )


@inequality("mm-improvement", cases=pairs())
def improvement(case: TwoPolicies) -> tuple[Array, Array]:
    """M_i(π_{i+1}) − M_i(π_i) ≤ η(π_{i+1}) − η(π_i), for any π_{i+1}."""
    return np.asarray(gain(case)), np.asarray(performance(case.mdp, case.new) - performance(case.mdp, case.old))


@tight("mm-improvement", of=improvement, reaches="999/1000")
def tiny_turn_of_a_coin() -> Iterator[TwoPolicies]:
    """The penalty is of second order, the gain of first."""
    yield coin("1/2", "1/65536")


@counterexample("mm-improvement")
def no_strict_improvement_from_the_boundary() -> Counterexample:
    """From a deterministic policy every step costs more than it gains: 2δ + 8 ln(1−δ) < 0."""
    case = stuck("1/2", "1/1048576")
    assert penalty_coefficient(case.mdp, case.old) == 8
    return Counterexample(
        "one state, r = (0, 1), γ = 1/2, C = 8, π_old = (1, 0), π = (1−δ, δ), δ = 2⁻²⁰",
        ("M(π) − M(π_old), that a strict improvement needs above 0", gain(case)),
        "<",
        ("0", exact(0).item()),
    )


@fact("mm-improvement")
def stuck_exactly_from_one_fifth_on() -> str:
    """M(δ) − M(0) = δ/(1−γ) + C ln(1−δ), negative for all δ iff C ≥ 1/(1−γ), that is γ ≥ 1/5."""
    for share in ("1/1048576", "1/1024", "1/8", "1/2", "1023/1024"):
        case = stuck("1/5", share)
        moved = exact(share).item()
        by_hand = moved / (1 - case.mdp.discount) + penalty_coefficient(case.mdp, case.old) * log(np.asarray(1 - moved))
        assert (gain(case) - by_hand).contains(0)
        assert gain(case) < 0
        assert gain(stuck("1/2", share)) < 0
    freed = gain(stuck("1/6", "1/1024"))
    assert freed > 0
    return f"at γ = 1/6, a step of 2⁻¹⁰ gains {freed}"


@fact("mm-improvement", cases=one_policy(positive=True))
def strict_improvement_from_full_support(case: OnePolicy) -> None:
    """With full support, either L cannot be raised or a tiny step towards greedy raises M, hence η."""
    greedy = greedy_selector(case.mdp, case.policy)
    if surrogate_advantage(case.mdp, case.policy, greedy) == 0:
        return
    new = mixture(case.policy, greedy, exact(1).item() / 2**128)
    with precision(1024):
        assert gain(TwoPolicies(case.mdp, case.policy, new)) > 0, case


@counterexample("mm-minimization-typo")
def minimisation_makes_it_worse() -> Counterexample:
    """To minimise the bound, not to minorise η by it, goes downhill."""
    better, worse = coin("1/2", "1/64"), coin("1/2", "-1/64")
    assert minorizer(worse.mdp, worse.old, worse.new) < minorizer(better.mdp, better.old, better.new)
    return Counterexample(
        "one state, r = (1, −1), γ = 1/2, π_old = (1/2, 1/2), of the steps ±1/64 that which minimises M",
        ("η after the step", performance(worse.mdp, worse.new)),
        "<",
        ("η(π_old)", performance(worse.mdp, worse.old)),
    )


@inequality("mm-c-too-large", "mm-step-limit", cases=pairs())
def penalty_outgrows_the_gain(case: TwoPolicies) -> tuple[Array, Array]:
    """M_old(π) − η(π_old) + 8εγα²/(1−γ)² ≤ 2εα/(1−γ), α = max_s TV: the gain is linear in α, the penalty quadratic."""
    alpha, epsilon = maximal_total_variation(case.old, case.new), largest_advantage(case.mdp, case.old)
    horizon = 1 / (1 - case.mdp.discount)
    penalty = 8 * epsilon * case.mdp.discount * (alpha * horizon) ** 2
    return np.asarray(gain(case) + penalty), np.asarray(2 * epsilon * alpha * horizon)


@tight("mm-c-too-large", "mm-step-limit", of=penalty_outgrows_the_gain, reaches="999/1000")
def coin_turned_a_little() -> Iterator[TwoPolicies]:
    """All advantages ±ε, and Pinsker's inequality nearly attained."""
    yield coin("1/2", "1/1024")


@inequality("mm-c-too-large", "mm-step-limit", cases=small_steps())
def accepted_steps_are_small(case: TwoPolicies) -> tuple[Array, Array]:
    """M_old(π) ≥ η(π_old) only if max_s TV ≤ (1−γ)/(4γ), where ε > 0; 0 stands for the steps certainly not accepted."""
    alpha = maximal_total_variation(case.old, case.new)
    refused = gain(case) < 0 or largest_advantage(case.mdp, case.old) == 0
    return np.asarray(0 * alpha if refused else alpha), np.asarray(step_limit(case.mdp.discount))


@tight("mm-c-too-large", "mm-step-limit", of=accepted_steps_are_small, reaches="99998/100000")
def longest_accepted_step() -> Iterator[TwoPolicies]:
    """One state, advantages ±1: at γ = 99/100, where C = 39600, all but 2·10⁻⁵ of the limit 1/396 is accepted."""
    case = coin("99/100", f"{99998}/{39600000}")
    assert penalty_coefficient(case.mdp, case.old) == 39600
    yield case
