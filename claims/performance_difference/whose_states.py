"""Whose states, and which ratio: what goes wrong where they are left open."""

from __future__ import annotations

from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array, exact
from ...reference.performance_difference import (
    MissingSupportError,
    expected_advantage,
    importance_ratio,
    importance_weighted_difference,
    performance_difference,
)
from ...reference.policy_evaluation import advantages, performance
from ...reference.visitation import unnormalised_visitation, visitation
from ..evidence import Counterexample, counterexample, fact, identity
from .cases import stay_or_go


@counterexample("pdl-003-d-undefined")
def old_states_give_the_surrogate() -> Counterexample:
    """With d of the old policy the right side is another number, the surrogate."""
    case = stay_or_go("1/2", "1/2")
    mean = (visitation(case.mdp, case.old) * expected_advantage(case.mdp, case.old, case.new)).sum()
    return Counterexample(
        "stay or go, γ = 1/2, half a step",
        ("(1−γ)⁻¹ E_{s ~ d_old, a ~ π_new} A_old", mean / (1 - case.mdp.discount)),
        "≠",
        ("η(new) − η(old)", performance(case.mdp, case.new) - performance(case.mdp, case.old)),
    )


@identity("pdl-importance-form", cases=two_policies(positive=True))
def importance_form(case: TwoPolicies) -> tuple[Array, Array]:
    """(1−γ)⁻¹ E_{s ~ d_new, a ~ π_old}[π_new(a|s)/π_old(a|s) A_old(s, a)] = η(new) − η(old) under full support."""
    mdp, old, new = case.mdp, case.old, case.new
    return importance_weighted_difference(mdp, old, new), performance(mdp, new) - performance(mdp, old)


@counterexample("pdl-importance-form", "surrogate-pi-x-given-u")
def state_given_action_is_another_ratio() -> Counterexample:
    """π(x|u) is the chance of the state where the action is known: by Bayes' rule it depends on d."""
    where = exact(["1/2", "1/2"])
    old, new = exact([["1/2", "1/2"], ["1/2", "1/2"]]), exact([[1, 0], ["1/2", "1/2"]])
    reversed_old, reversed_new = (where * policy[:, 0] / (where @ policy[:, 0]) for policy in (old, new))
    return Counterexample(
        "d = (1/2, 1/2), π_old uniform, π_new(u₁|x₀) = 1, π_new(u₁|x₁) = 1/2",
        ("π_new(x₀|u₁)/π_old(x₀|u₁)", reversed_new[0] / reversed_old[0]),
        "≠",
        ("π_new(u₁|x₀)/π_old(u₁|x₀)", new[0, 0] / old[0, 0]),
    )


@counterexample("pdl-importance-form")
def actions_never_taken_are_never_weighed() -> Counterexample:
    """A deterministic old policy draws only actions of advantage 0, whatever the new one does."""
    case = stay_or_go("1/2", "1/2")
    gain, taken = advantages(case.mdp, case.old), case.old > 0
    drawn = [(case.new[s][taken[s]] * gain[s][taken[s]]).sum() for s in range(case.mdp.states)]
    return Counterexample(
        "stay or go, γ = 1/2, half a step; E_{a ~ π_old} over the actions that π_old takes",
        ("(1−γ)⁻¹ E_{s ~ d_new, a ~ π_old}[ratio · A_old]", unnormalised_visitation(case.mdp, case.new) @ drawn),
        "≠",
        ("η(new) − η(old)", performance_difference(case.mdp, case.old, case.new)),
    )


@fact("pdl-importance-form")
def a_missing_ratio_is_refused() -> str:
    """Where π_old(a|s) = 0 < π_new(a|s) there is no ratio, and the oracle says so."""
    case = stay_or_go("1/2", "1/2")
    try:
        importance_ratio(case.mdp, case.old, case.new)
    except MissingSupportError as error:
        return str(error)
    raise AssertionError("a ratio with denominator 0 was given out")
