"""One difference in its several forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array
from ...reference.mdp import finite_horizon_performance, state_distributions, trajectories, trajectory_probability
from ...reference.performance_difference import (
    discounted_advantage_sum,
    expected_advantage,
    performance_difference,
    truncated_advantage_sum,
    value_difference,
)
from ...reference.policy_evaluation import advantages, performance, state_values
from ...reference.visitation import visitation
from ..evidence import identity
from .rounding import difference_bound, value_difference_bound


@identity("pdl-trajectory-form", cases=two_policies(), bound=value_difference_bound)
def trajectory_form(case: TwoPolicies) -> tuple[Array, Array]:
    """η(π̃) = η(π) + E_{τ ~ π̃}[Σ_t γᵗ A_π(s_t, a_t)] for any two policies."""
    mdp, old, new = case.mdp, case.old, case.new
    return performance(mdp, new) - performance(mdp, old), discounted_advantage_sum(mdp, old, new)


@identity("pdl-trajectory-form", cases=two_policies(max_states=2, max_actions=2))
def trajectory_form_of_two_steps(case: TwoPolicies) -> tuple[Array, Array]:
    """E_{τ ~ π̃}[Σ_{t<2} γᵗ A_π(s_t, a_t)] + η(π) = U₂(π̃) + γ² E_π̃[V_π(s₂)], over all trajectories of two steps."""
    mdp, old, new = case.mdp, case.old, case.new
    gain, enumerated = advantages(mdp, old), 0 * mdp.discount
    for trajectory in trajectories(mdp, 2):
        (s0, s1, _), (a0, a1) = trajectory
        paid = gain[s0, a0] + mdp.discount * gain[s1, a1]
        enumerated += trajectory_probability(mdp, new, trajectory) * paid
    arrival = state_distributions(mdp, new, 3)[2] @ state_values(mdp, old)
    earned = finite_horizon_performance(mdp, new, 2, gamma=mdp.discount) + mdp.discount**2 * arrival
    sums = np.array([enumerated, truncated_advantage_sum(mdp, old, new, 2)])
    return sums + performance(mdp, old), earned


@identity("pdl-state-form", cases=two_policies(), bound=difference_bound)
def state_form(case: TwoPolicies) -> tuple[Array, Array]:
    """η(π̃) − η(π) = Σ_s ρ_π̃(s) Σₐ π̃(a|s) A_π(s, a), ρ the unnormalised visitation of the new policy."""
    mdp, old, new = case.mdp, case.old, case.new
    return performance(mdp, new) - performance(mdp, old), performance_difference(mdp, old, new)


@identity("pdl-normalised-form", "pdl-003-d-undefined", cases=two_policies(), bound=difference_bound)
def normalised_form(case: TwoPolicies) -> tuple[Array, Array]:
    """J(π̃) − J(π) = (1−γ)⁻¹ E_{s ~ d_π̃, a ~ π̃} A_π(s, a), d the normalised visitation of the new policy."""
    mdp, old, new = case.mdp, case.old, case.new
    mean = (visitation(mdp, new) * expected_advantage(mdp, old, new)).sum()
    return performance(mdp, new) - performance(mdp, old), mean / (1 - mdp.discount)


@identity("pdl-per-state", cases=two_policies(), bound=value_difference_bound)
def per_state_form(case: TwoPolicies) -> tuple[Array, Array]:
    """V_π̃ − V_π = (I − γP_π̃)⁻¹ Ā at every state, reachable or not."""
    mdp, old, new = case.mdp, case.old, case.new
    return state_values(mdp, new) - state_values(mdp, old), value_difference(mdp, old, new)


@identity("pdl-cost-form", cases=two_policies(), bound=difference_bound)
def cost_form(case: TwoPolicies) -> tuple[Array, Array]:
    """With costs c = −r: C(π̃) − C(π) = E_π̃ Σ γᵗ (Q_c − V_c) = −(η(π̃) − η(π)). Only the signs change."""
    mdp, old, new = case.mdp, case.old, case.new
    costs = replace(mdp, reward=-mdp.reward)
    return performance_difference(costs, old, new), performance(mdp, old) - performance(mdp, new)
