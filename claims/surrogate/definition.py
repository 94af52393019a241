"""What the surrogate is, and how its versions differ."""

from __future__ import annotations

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, one_policy, two_policies
from ...reference.arithmetic import Array, exact
from ...reference.performance_difference import importance_ratio
from ...reference.policy_evaluation import action_values, advantages, performance, state_values
from ...reference.surrogate import (
    importance_weighted_surrogate,
    mean_surrogate_advantage,
    performance_derivative,
    surrogate_advantage,
    surrogate_performance,
)
from ...reference.visitation import unnormalised_visitation, visitation
from ..evidence import Counterexample, counterexample, identity
from ..performance_difference.cases import one_state, stay_or_go
from ..performance_difference.rounding import difference_bound
from .cases import Mixture, mixtures


def value_match_bound(case: OnePolicy) -> float:
    """That of a performance difference, of a policy from itself."""
    return difference_bound(TwoPolicies(case.mdp, case.policy, case.policy))


@identity("surrogate-definition", cases=two_policies())
def surrogate_is_the_tangent_of_the_performance(case: TwoPolicies) -> tuple[Array, Array]:
    """L_π(π̃) = η(π) + d/dα η((1−α)π + απ̃) at α = 0: no visitation on the right side."""
    slope = performance_derivative(case.mdp, case.old, case.new - case.old)
    return surrogate_performance(case.mdp, case.old, case.new), performance(case.mdp, case.old) + slope


@identity("surrogate-definition", cases=mixtures())
def surrogate_is_affine(case: Mixture) -> tuple[Array, Array]:
    """L_π((1−α)π + απ̃) = (1−α) L_π(π) + α L_π(π̃)."""
    ends = [surrogate_performance(case.mdp, case.old, policy) for policy in (case.old, case.new)]
    mixed = surrogate_performance(case.mdp, case.old, case.mixed)
    return mixed, (1 - case.step) * ends[0] + case.step * ends[1]


@identity("surrogate-value-match", cases=one_policy(), bound=value_match_bound)
def surrogate_touches_the_performance(case: OnePolicy) -> tuple[Array, Array]:
    """L_π(π) = η(π)."""
    return surrogate_performance(case.mdp, case.policy, case.policy), performance(case.mdp, case.policy)


@identity("surrogate-zero-anchored", "surrogate-pi-x-given-u", cases=two_policies(positive=True))
def importance_sampling_gives_the_anchored_surrogate(case: TwoPolicies) -> tuple[Array, Array]:
    """(1−γ)⁻¹ E_{s ~ d_old, a ~ π_old}[π(a|s)/π_old(a|s) A_old] = L − η(old) under full support; 0 at π = π_old."""
    mdp, old, new = case.mdp, case.old, case.new
    anchored = [importance_weighted_surrogate(mdp, old, policy) for policy in (new, old)]
    eta = performance(mdp, old)
    return np.array(anchored), np.array([surrogate_performance(mdp, old, new) - eta, 0 * eta])


@counterexample("surrogate-zero-anchored")
def importance_sampling_without_support() -> Counterexample:
    """A deterministic old policy draws only actions of advantage 0: the sampled surrogate is 0 for every policy."""
    case = stay_or_go("1/2", "1/2")
    gain, taken = advantages(case.mdp, case.old), case.old > 0
    drawn = [(case.new[s][taken[s]] * gain[s][taken[s]]).sum() for s in range(case.mdp.states)]
    return Counterexample(
        "stay or go, γ = 1/2, half a step; E_{a ~ π_old} over the actions that π_old takes",
        ("(1−γ)⁻¹ E_{s ~ d_old, a ~ π_old}[ratio · A_old]", unnormalised_visitation(case.mdp, case.old) @ drawn),
        "≠",
        ("L_old(new) − η(old)", surrogate_advantage(case.mdp, case.old, case.new)),
    )


@identity("surrogate-three-normalisations", cases=two_policies())
def three_normalisations(case: TwoPolicies) -> tuple[Array, Array]:
    """L_π(π̃) − η(π) = Σ_s ρ_π(s) Ā(s) = (1−γ)⁻¹ E_{s ~ d_π} Ā(s), all the slope of η from π towards π̃."""
    mdp, old, new = case.mdp, case.old, case.new
    versions = (
        surrogate_performance(mdp, old, new) - performance(mdp, old),
        surrogate_advantage(mdp, old, new),
        mean_surrogate_advantage(mdp, old, new) / (1 - mdp.discount),
    )
    return np.array(versions), performance_derivative(mdp, old, new - old)


@counterexample("surrogate-three-normalisations")
def a_positive_surrogate_need_not_be_progress() -> Counterexample:
    """A line search that asks for L > 0 accepts a loss where L contains η(old)."""
    mdp, old, new = one_state([10, 9], 0), exact([[1, 0]]), exact([[0, 1]])
    accepted = surrogate_performance(mdp, old, new)
    assert accepted > 0
    return Counterexample(
        "one state, r = (10, 9), γ = 0, from the first action to the second: L = 9 > 0",
        ("L_old(new)", accepted),
        "<",
        ("L_old(old)", surrogate_performance(mdp, old, old)),
    )


@identity("importance-sampling-identity", cases=two_policies(positive=True))
def importance_sampling(case: TwoPolicies) -> tuple[Array, Array]:
    """E_{a ~ π̃} f(a) = E_{a ~ π}[π̃(a)/π(a) f(a)] at every state."""
    ratio = importance_ratio(case.mdp, case.old, case.new)
    return (case.old * ratio * case.mdp.reward).sum(axis=-1), (case.new * case.mdp.reward).sum(axis=-1)


@counterexample("importance-sampling-identity")
def importance_sampling_of_an_action_never_drawn() -> Counterexample:
    """No ratio makes up for an action that the sampling policy never takes."""
    old, new, f = exact([1, 0]), exact(["1/2", "1/2"]), exact([1, 3])
    drawn = old > 0
    return Counterexample(
        "π_old = (1, 0), π = (1/2, 1/2), f = (1, 3)",
        ("E_{a ~ π_old}[π/π_old f]", (new[drawn] * f[drawn]).sum()),
        "≠",
        ("E_{a ~ π} f", new @ f),
    )


@identity("surrogate-q-for-a", cases=two_policies())
def action_values_shift_the_surrogate(case: TwoPolicies) -> tuple[Array, Array]:
    """Σ ρ_π π̃ Q_π = Σ ρ_π π̃ A_π + Σ ρ_π V_π, and the shift does not depend on π̃."""
    mdp, old, new = case.mdp, case.old, case.new
    where, q = unnormalised_visitation(mdp, old), action_values(mdp, old)
    with_q = [where @ (policy * q).sum(axis=-1) for policy in (new, old)]
    shift = where @ state_values(mdp, old)
    left = np.array([with_q[0], with_q[0] - with_q[1]])
    return left, surrogate_advantage(mdp, old, new) + np.array([shift, 0 * shift])


@identity("surrogate-expectation-under-unnormalised-rho", cases=two_policies())
def expectations_are_under_the_normalised_visitation(case: TwoPolicies) -> tuple[Array, Array]:
    """L_π(π̃) − η(π) = (1−γ)⁻¹ E_{s ~ d_π} Ā(s), where d_π = ρ_π/Σρ_π is a distribution."""
    mdp, old, new = case.mdp, case.old, case.new
    mass, mean = unnormalised_visitation(mdp, old).sum(), mean_surrogate_advantage(mdp, old, new)
    here = np.array([mass * mean, visitation(mdp, old).sum()])
    return here, np.array([surrogate_advantage(mdp, old, new), mdp.discount**0])


@counterexample("surrogate-expectation-under-unnormalised-rho")
def rho_is_no_distribution() -> Counterexample:
    """At γ = 9/10 an "expectation" under ρ is ten times a mean, and so is a mean divergence under ρ."""
    mdp = one_state([0], "9/10")
    return Counterexample(
        "any process, γ = 9/10",
        ("E_{s ~ ρ} 1", unnormalised_visitation(mdp, exact([[1]])).sum()),
        "≠",
        ("E_{s ~ d} 1", visitation(mdp, exact([[1]])).sum()),
    )
