"""Claims about how far a conservative update can go wrong, and the step that is safe."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...reference.arithmetic import Array, exact
from ...reference.conservative_policy_iteration import (
    guaranteed_step,
    linear_visitation_shift,
    mixture,
    mixture_penalty,
    partner_advantage,
    quadratic_mixture_penalty,
    visitation_shift,
)
from ...reference.performance_difference import expected_advantage
from ...reference.policy_evaluation import performance
from ...reference.surrogate import surrogate_gap
from ...reference.visitation import unnormalised_visitation, visitation
from ..evidence import Counterexample, counterexample, fact, inequality, tight
from .cases import Mixing, leave_or_stay, mixing, stay_or_go

INSTANCE = "s₀ {stay, go: +1 → s₁}, s₁ {0, −1} absorbing, μ = s₀, π_old = (stay, 0), π' = (go, −1)"


@inequality("cpi-visitation-lemma", cases=mixing())
def shift_of_visitation(case: Mixing) -> tuple[Array, Array]:
    """‖d_new − d_old‖₁ ≤ 2γα/(1 − γ(1−α))."""
    return _shift(case), visitation_shift(case.mdp.discount, case.alpha)


@tight("cpi-visitation-lemma", of=shift_of_visitation, reaches=1)
def shift_of_those_who_go() -> Iterator[Mixing]:
    """Going is for ever: equality at every γ and α."""
    yield from family()


@inequality("cpi-visitation-lemma", cases=mixing())
def linear_shift_of_visitation(case: Mixing) -> tuple[Array, Array]:
    """‖d_new − d_old‖₁ ≤ 2γα/(1−γ), and (1−γ) times the same for ρ."""
    return _shift(case), linear_visitation_shift(case.mdp.discount, case.alpha)


@tight("cpi-visitation-lemma", of=linear_shift_of_visitation, reaches="1000/1009")
def linear_shift_of_those_who_go() -> Iterator[Mixing]:
    """The ratio (1−γ)/(1−γ+γα), which tends to 1 as α → 0."""
    yield stay_or_go("9/10", "1/1000")


@counterexample("cpi-visitation-lemma")
def lemma_is_about_normalised_visitation() -> Counterexample:
    """The unnormalised ρ moves by more: its constant is 2γα/(1−γ)²."""
    case = stay_or_go("1/2", "1/2")
    moved = abs(unnormalised_visitation(case.mdp, case.new) - unnormalised_visitation(case.mdp, case.old)).sum()
    return Counterexample(
        f"{INSTANCE}, γ = α = 1/2",
        ("2γα/(1−γ)", linear_visitation_shift(case.mdp.discount, case.alpha)),
        "<",
        ("‖ρ_new − ρ_old‖₁", moved),
    )


@inequality("cpi-bound-eq6", cases=mixing())
def gap_of_a_mixture(case: Mixing) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ 2εγα²/((1−γ)(1 − γ(1−α)))."""
    return _gap(case), mixture_penalty(case.mdp, case.old, case.partner, case.alpha)


@tight("cpi-bound-eq6", of=gap_of_a_mixture, reaches=1)
def gap_of_those_who_go() -> Iterator[Mixing]:
    """Equality at every γ and α."""
    yield from family()


@inequality("cpi-bound-eq6", cases=mixing())
def quadratic_gap_of_a_mixture(case: Mixing) -> tuple[Array, Array]:
    """|η(π_new) − L_old(π_new)| ≤ 2εγα²/(1−γ)²."""
    return _gap(case), quadratic_mixture_penalty(case.mdp, case.old, case.partner, case.alpha)


@tight("cpi-bound-eq6", of=quadratic_gap_of_a_mixture, reaches="1000/1009")
def quadratic_gap_of_those_who_go() -> Iterator[Mixing]:
    """The ratio (1−γ)/(1−γ+γα): 2/3 at γ = α = 1/2, 1000/1009 at γ = 9/10 and α = 1/1000; → 1 as α → 0."""
    coarse = stay_or_go("1/2", "1/2")
    two_thirds = _gap(coarse) / quadratic_mixture_penalty(coarse.mdp, coarse.old, coarse.partner, coarse.alpha)
    assert two_thirds == exact("2/3").item()
    yield coarse
    yield stay_or_go("9/10", "1/1000")


@counterexample("cpi-bound-eq6")
def epsilon_of_the_mixture() -> Counterexample:
    """ε must be that of the partner: π_new's own is α times smaller."""
    case = stay_or_go("1/2", "1/10")
    return Counterexample(
        f"{INSTANCE}, γ = 1/2, α = 1/10",
        ("2εγα²/(1−γ)², ε of π_new", quadratic_mixture_penalty(case.mdp, case.old, case.new, case.alpha)),
        "<",
        ("L_old(π_new) − η(π_new)", _gap(case)),
    )


@counterexample("cpi-bound-A-subscript")
def advantages_of_the_partner() -> Counterexample:
    """A_π must be that of π_old: with A_π', Σₐ π' A_π' = 0, and no penalty is left."""
    case = stay_or_go("1/2", "1/10")
    own, horizon = partner_advantage(case.mdp, case.partner, case.partner), 1 / (1 - case.mdp.discount)
    return Counterexample(
        f"{INSTANCE}, γ = 1/2, α = 1/10",
        ("2εγα²/(1−γ)², ε = max_s |Σₐ π' A_π'|", 2 * own * case.mdp.discount * (case.alpha * horizon) ** 2),
        "<",
        ("L_old(π_new) − η(π_new)", _gap(case)),
    )


@inequality("cpi-monotone-step", cases=mixing())
def guaranteed_gain(case: Mixing) -> tuple[Array, Array]:
    """0 ≤ α𝔸 − 2εγα²/(1−γ)² ≤ η(π_new) − η(π_old) at α = min(1, (1−γ)²𝔸/(4εγ))."""
    alpha, gain = guaranteed_step(case.mdp, case.old, case.partner)
    assert gain >= 0
    new = mixture(case.old, case.partner, alpha)
    return np.asarray(gain), np.asarray(performance(case.mdp, new) - performance(case.mdp, case.old))


@tight("cpi-monotone-step", of=guaranteed_gain, reaches="9700/9702")
def gain_of_those_who_go() -> Iterator[Mixing]:
    """The ratio is 5/6 for every γ > 1/5, where α < 1; with α = 1 it is (1−3γ)/((1−γ)(1−2γ)), → 1 as γ → 0."""
    for discount in ("1/2", "999/1000"):
        promised, gained = guaranteed_gain(stay_or_go(discount, "0"))
        assert promised / gained == exact("5/6").item()
    yield stay_or_go("1/100", "0")


@fact("cpi-monotone-step", cases=mixing())
def interior_step_has_the_closed_form(case: Mixing) -> None:
    """Where α < 1, the gain is (1−γ)²𝔸²/(8εγ)."""
    mdp = case.mdp
    alpha, gain = guaranteed_step(mdp, case.old, case.partner)
    if 0 < alpha < 1:
        advantage = (unnormalised_visitation(mdp, case.old) * expected_advantage(mdp, case.old, case.partner)).sum()
        epsilon = abs(expected_advantage(mdp, case.old, case.partner)).max()
        assert gain == (1 - mdp.discount) ** 2 * advantage**2 / (8 * epsilon * mdp.discount)


@fact("cpi-mixture-only")
def bound_for_mixtures_fails_elsewhere() -> str:
    """Equation (6) with α = max_s TV and ε of π_new itself, a policy not made by mixing, is false."""
    half, more = exact(["1/2", "1/2"]), exact(["3/5", "2/5"])
    mdp = leave_or_stay("1/2")
    old, new = np.array([half, half]), np.array([more, more])
    gap = abs(surrogate_gap(mdp, old, new))
    penalty = quadratic_mixture_penalty(mdp, old, new, exact("1/10").item())
    assert gap == exact("1/30").item()
    assert penalty == exact("1/125").item()
    assert penalty < gap
    return f"gap {gap}, more than {penalty}"


def family() -> Iterator[Mixing]:
    """The tight family at moderate, large and tiny γ and α."""
    for discount, alpha in (("1/2", "1/2"), ("9/10", "1/1000"), ("1/16", "1"), ("999/1000", "1/8")):
        yield stay_or_go(discount, alpha)


def _gap(case: Mixing) -> Array:
    return np.asarray(abs(surrogate_gap(case.mdp, case.old, case.new)))


def _shift(case: Mixing) -> Array:
    return np.asarray(abs(visitation(case.mdp, case.new) - visitation(case.mdp, case.old)).sum())
