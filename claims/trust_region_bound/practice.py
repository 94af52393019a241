"""Claims about what practice puts in the place of the theorem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, one_policy
from ...reference.arithmetic import Array, exact, floating, log
from ...reference.extrema import largest
from ...reference.kl import categorical_kl, mean_kl, trajectory_kl
from ...reference.policy_evaluation import advantages, performance
from ...reference.surrogate import surrogate_advantage, surrogate_performance
from ...reference.tabular_mdp import TabularMDP
from ...reference.trust_region_bound import (
    estimated_surrogate,
    maximal_kl,
    penalty_coefficient,
    surrogate_error_bound,
)
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from ..kl.trajectories import chain, trajectory_law
from .cases import Estimated, coin, estimated, full_support, going
from .theorem import gap

GOING = "s₀ {stay, go: +1 → s₁}, s₁ {0, −1} absorbing, μ = s₀, π_old = (stay, 0), π_new = (go, −1) with probability"


@counterexample("penalty-to-constraint")
def constrained_step_goes_down() -> Counterexample:
    """A maximiser of L_old over max_s KL ≤ δ lowers η."""
    case = going("9/10", "1/5")
    assert (maximal_kl(case.old, case.new) + log(exact("4/5")).item()).contains(0)
    assert surrogate_advantage(case.mdp, case.old, case.new) == 2
    change = performance(case.mdp, case.new) - performance(case.mdp, case.old)
    assert change == exact("-4/7").item()
    return Counterexample(
        f"{GOING} 1/5, γ = 9/10, δ = −ln(4/5): L_old rises by 2, the most that δ allows",
        ("η(π_new) − η(π_old)", change),
        "<",
        ("0", exact(0).item()),
    )


@fact("penalty-to-constraint")
def small_divergence_is_no_protection() -> str:
    """γ = 999/1000, max_s KL = 0.01005: L_old rises by 10, η falls by more than 8."""
    case = going("999/1000", "1/100")
    change = performance(case.mdp, case.new) - performance(case.mdp, case.old)
    assert surrogate_advantage(case.mdp, case.old, case.new) == 10
    assert change < -8
    assert maximal_kl(case.old, case.new) < exact("1006/100000").item()
    return f"η changes by {change}"


@inequality("max-kl-to-mean-kl", cases=full_support().filter(lambda case: case.mdp.states > 1))
def mean_is_at_most_the_maximum(case: TwoPolicies) -> tuple[Array, Array]:
    """E_{s ~ d_old} KL ≤ max_s KL: the constraint on the mean allows more.

    Less what the states of the largest divergence give to either side, so that equal sides are 0 and 0.
    """
    weights, divergences = visitation(case.mdp, case.old), categorical_kl(case.old, case.new)
    outcomes = [sorted(zip(*rows, strict=True)) for rows in zip(case.old, case.new, strict=True)]
    top = int(np.argmax(floating(divergences)))
    others = np.array([outcome != outcomes[top] for outcome in outcomes])
    return (weights * divergences)[others].sum(), weights[others].sum() * divergences[top]


@tight("max-kl-to-mean-kl", of=mean_is_at_most_the_maximum, reaches="999/1000")
def nearly_equal_divergences() -> Iterator[TwoPolicies]:
    """All time is spent where the divergence is nearly the largest."""
    case = going("1/2", "1/8")
    yield replace(case, new=np.array([going("1/2", "4095/32768").new[0], case.new[1]]))


@counterexample("max-kl-to-mean-kl")
def mean_in_place_of_the_maximum() -> Counterexample:
    """With E_d KL in place of max_s KL, the bound of Theorem 1 is false."""
    stay, go = [1, 0], [0, 1]
    mdp = TabularMDP(exact([[stay, go], [go, go]]), exact([[0, 0], [-1, 1]]), exact(stay), exact("1/100").item())
    old = exact([["99/100", "1/100"], ["1/2", "1/2"]])
    new = exact([["989/1000", "11/1000"], ["9/10", "1/10"]])
    case = TwoPolicies(mdp, old, new)
    assert not gap(case) > penalty_coefficient(mdp, old) * maximal_kl(old, new)
    return Counterexample(
        "X {stay, go → Y}, Y absorbing (−1, +1), γ = 1/100, π_old(X) = (0.99, 0.01), π_new(X) = (0.989, 0.011), "
        "π_old(Y) = (1/2, 1/2), π_new(Y) = (9/10, 1/10)",
        ("C E_d KL", penalty_coefficient(mdp, old) * mean_kl(mdp, old, new)),
        "<",
        ("|η(π_new) − L_old(π_new)|", gap(case).item()),
    )


@identity("sample-mean-unbiased", cases=one_policy(max_states=3, max_actions=2))
def mean_of_samples_from_d(case: OnePolicy) -> tuple[Array, Array]:
    """Two states drawn from d, every pair enumerated; and rollouts of three steps weighted (1−γ)γᵗ, the rest from P₃.

    The statistic is maxₐ A(s, a).
    """
    mdp, policy = case.mdp, case.policy
    d, statistic = visitation(mdp, policy), np.maximum.reduce(advantages(mdp, policy), axis=-1)
    pairs = (d[:, None] * d[None] * (statistic[:, None] + statistic[None])).sum() / 2
    law, weighted = trajectory_law(mdp, policy, 1).reshape(mdp.states, mdp.actions), 0 * mdp.discount
    for step in range(3):
        weighted = weighted + (1 - mdp.discount) * mdp.discount**step * (law.sum(axis=1) * statistic).sum()
        reached = np.einsum("sa,sat->t", law, mdp.transition)
        law = reached[:, None] * policy
    rest = mdp.discount**3 * (visitation(replace(mdp, initial=reached), policy) * statistic).sum()
    return np.array([pairs, weighted + rest]), (d * statistic).sum()


@counterexample("sample-mean-unbiased")
def unweighted_rollout_states() -> Counterexample:
    """The states of an undiscounted rollout are samples of d_H, not of d."""
    case = chain()
    return Counterexample(
        "s₀ → s₁ absorbing, π_old = (1/2, 1/2), π_new(s₀) = (1/4, 3/4), rollouts of 3 steps, γ = 1/2",
        ("mean of the sample mean of KL(s_t)", trajectory_kl(case.mdp, case.old, case.new, horizon=3) / 3),
        "<",
        ("E_{s ~ d} KL", mean_kl(case.mdp, case.old, case.new)),
    )


@inequality("theory-ignores-estimation-error", cases=estimated())
def error_of_the_surrogate(case: Estimated) -> tuple[Array, Array]:
    """|L̂_old(π) − L_old(π)| ≤ ξ/(1−γ), ξ = max_{s,a} |Â − A_old|."""
    found = estimated_surrogate(case.mdp, case.old, case.new, case.estimates)
    error = abs(found - surrogate_performance(case.mdp, case.old, case.new))
    return np.asarray(error), np.asarray(surrogate_error_bound(case.mdp, case.old, case.estimates))


@tight("theory-ignores-estimation-error", of=error_of_the_surrogate, reaches=1)
def constant_error() -> Iterator[Estimated]:
    """The same error everywhere."""
    case = coin("9/10", "1/8")
    yield Estimated(case.mdp, case.old, case.new, advantages(case.mdp, case.old) + exact("1/8").item())


@counterexample("theory-ignores-estimation-error")
def wrong_sign() -> Counterexample:
    """A step that the estimated lower bound accepts makes the policy worse: the guarantee is about exact advantages."""
    case = coin("1/2", "-1/64")
    estimates = -advantages(case.mdp, case.old)
    promised = estimated_surrogate(case.mdp, case.old, case.new, estimates)
    coefficient = 4 * largest(abs(estimates).reshape(-1)).item() * case.mdp.discount / (1 - case.mdp.discount) ** 2
    accepted = promised - coefficient * maximal_kl(case.old, case.new)
    assert accepted > performance(case.mdp, case.old)
    return Counterexample(
        "one state, r = (1, −1), γ = 1/2, π_old = (1/2, 1/2), π_new = (31/64, 33/64), Â = −A",
        ("M̂(π_new)", accepted),
        ">",
        ("η(π_new)", performance(case.mdp, case.new)),
    )
