"""Where a policy spends its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact
from ...reference.mdp import partial_visitation, state_distributions, trajectories, trajectory_probability
from ...reference.performance_difference import stationary_distribution
from ...reference.policy_evaluation import performance, policy_transition
from ...reference.visitation import unnormalised_visitation, visitation
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Features, Horizon, constant_reward, features, horizons, short_horizons
from .rounding import visitation_error


def mass_bound(case: OnePolicy) -> float:
    """‖δρ‖₁ and S + 2 roundings of a sum of 1/(1−γ)."""
    return visitation_error(case.mdp) + float((case.mdp.states + 2) * 2.0**-52 / (1 - case.mdp.discount))


@identity("unnormalised-visitation", cases=one_policy(), bound=mass_bound)
def visitation_has_mass_of_the_horizon(case: OnePolicy) -> tuple[Array, Array]:
    """Σ_s ρ_π(s) = 1/(1−γ)."""
    return unnormalised_visitation(case.mdp, case.policy).sum(), 1 / (1 - case.mdp.discount)


@inequality("unnormalised-visitation", "state-distribution-recursion", cases=horizons(longest=20))
def partial_sums_rise_to_the_visitation(case: Horizon) -> tuple[Array, Array]:
    """0 ≤ ρ_π(s) − Σ_{t<H} γᵗ P(s_t = s) ≤ γᴴ/(1−γ): the sums converge absolutely, so they may be exchanged."""
    mdp, steps = case.mdp, case.horizon + 1
    rest = unnormalised_visitation(mdp, case.policy) - partial_visitation(mdp, case.policy, steps)
    tail = mdp.discount**steps / (1 - mdp.discount) + 0 * rest
    return np.concatenate([-rest, rest]), np.concatenate([0 * rest, tail])


@tight("unnormalised-visitation", of=partial_sums_rise_to_the_visitation, reaches=1)
def a_single_state_takes_the_whole_tail() -> Iterator[Horizon]:
    """With one state all the missing mass is there."""
    for steps in (0, 3, 10):
        yield Horizon(constant_reward("15/16"), exact([[1]]), steps)


@identity("normalised-visitation", cases=one_policy())
def visitation_is_stationary_for_the_restarting_chain(case: OnePolicy) -> tuple[Array, Array]:
    """d_π is the stationary distribution of the chain that restarts from μ with probability 1−γ at every step.

    That is the flow equation d = (1−γ) μ + γ P_πᵀ d together with Σ d = 1.
    """
    mdp = case.mdp
    chain = (1 - mdp.discount) * mdp.initial[None, :] + mdp.discount * policy_transition(mdp, case.policy)
    return visitation(mdp, case.policy), stationary_distribution(chain)


@counterexample("normalised-visitation")
def an_undefined_d_may_be_no_distribution() -> Counterexample:
    """Read as Σ_t γᵗ P(s_t = s), the d of E_{s ~ d} is no distribution."""
    return Counterexample(
        "any process, γ = 1/2",
        ("Σ_s Σ_t γᵗ P(s_t = s)", unnormalised_visitation(constant_reward("1/2"), exact([[1]])).sum()),
        "≠",
        ("Σ_s d(s)", visitation(constant_reward("1/2"), exact([[1]])).sum()),
    )


@identity("visitation-identity", cases=features())
def discounted_sums_are_visitation_averages(case: Features) -> tuple[Array, Array]:
    """E Σ_t γᵗ f(s_t, a_t) = (1−γ)⁻¹ E_{s ~ d_π, a ~ π} f(s, a), for vectors f: each is the return of rewards f."""
    mdp, policy = case.mdp, case.policy
    returns = [performance(replace(mdp, reward=function), policy) for function in case.functions]
    weights = visitation(mdp, policy)[:, None] * policy / (1 - mdp.discount)
    return np.array(returns), (weights * case.functions).sum(axis=(1, 2))


@identity("state-distribution-recursion", cases=short_horizons())
def recursion_gives_the_marginals_of_trajectories(case: Horizon) -> tuple[Array, Array]:
    """p_t = (P_πᵀ)ᵗ μ is P(s_t = ·), summed over all trajectories."""
    mdp, policy = case.mdp, case.policy
    marginals = 0 * np.stack([mdp.initial] * (case.horizon + 1))
    for trajectory in trajectories(mdp, case.horizon):
        probability = trajectory_probability(mdp, policy, trajectory)
        for t, state in enumerate(trajectory.states):
            marginals[t, state] += probability
    return state_distributions(mdp, policy, case.horizon + 1), marginals
