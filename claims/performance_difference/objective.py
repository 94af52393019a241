"""What may be subtracted from an objective, or added to a reward."""

from __future__ import annotations

import numpy as np

from ...invariants.mdps import OnePolicy
from ...reference.arithmetic import Array, exact
from ...reference.optimal_policy import optimal_policy
from ...reference.performance_difference import performance_difference, shaped
from ...reference.policy_evaluation import advantages, performance, state_values
from ..evidence import Counterexample, counterexample, fact, identity
from .cases import Potential, deterministic_policies, few_policies, one_state, potentials


@identity("pdl-switch-objective", cases=few_policies())
def best_difference_is_the_best_performance(case: OnePolicy) -> tuple[Array, Array]:
    """max_π (J(π) − J(old)) = max_π J(π) − J(old): over all deterministic policies, and by policy iteration."""
    mdp, old = case.mdp, case.policy
    differences = [performance_difference(mdp, old, new) for new in deterministic_policies(mdp)]
    return max(differences), performance(mdp, optimal_policy(mdp)) - performance(mdp, old)


@fact("pdl-switch-objective", "argmin-shift", cases=few_policies())
def the_same_policies_are_best(case: OnePolicy) -> None:
    """The policies that maximise J(π) − J(old) are those that maximise J(π), and likewise the minimisers."""
    mdp, old = case.mdp, case.policy
    policies = list(deterministic_policies(mdp))
    levels = np.array([performance(mdp, policy) for policy in policies])
    differences = np.array([performance_difference(mdp, old, policy) for policy in policies])
    assert np.array_equal(levels == max(levels), differences == max(differences))
    assert np.array_equal(levels == min(levels), differences == min(differences))


@counterexample("argmin-shift")
def the_least_values_differ() -> Counterexample:
    """Min C is not min (C − C_k): only the minimisers agree."""
    mdp, current = one_state([1, 2], 0), exact([[0, 1]])
    costs = [performance(mdp, policy) for policy in deterministic_policies(mdp)]
    differences = [performance_difference(mdp, current, policy) for policy in deterministic_policies(mdp)]
    return Counterexample(
        "one state, costs 1 and 2, the present policy pays 2",
        ("min (C(θ) − C(θ_k))", min(differences)),
        "≠",
        ("min C(θ)", min(costs)),
    )


@identity("reward-shaping", cases=potentials())
def shaping_shifts_values_and_keeps_advantages(case: Potential) -> tuple[Array, Array]:
    """R' = r + γ E Φ(s') − Φ(s) ⇒ J' = J − E_μ Φ(s₀) and A' = A."""
    mdp, policy = case.mdp, case.policy
    other = shaped(mdp, case.potential)
    before = np.append(advantages(mdp, policy), performance(mdp, policy) - mdp.initial @ case.potential)
    return np.append(advantages(other, policy), performance(other, policy)), before


@identity("reward-shaping", cases=few_policies())
def shaping_by_values_pays_advantages(case: OnePolicy) -> tuple[Array, Array]:
    """With Φ = V_old the shaped reward is A_old: the performance difference is the performance of a shaped process."""
    return shaped(case.mdp, state_values(case.mdp, case.policy)).reward, advantages(case.mdp, case.policy)
