"""The same theorem with rewarded entropy, and without a discount."""

from __future__ import annotations

from ...invariants.mdps import TwoPolicies
from ...reference.arithmetic import Array, exact
from ...reference.performance_difference import (
    NotUnichainError,
    average_reward_difference,
    gain_and_bias,
    soft_bellman,
    soft_performance_difference,
    soft_state_values,
    soft_suboptimality,
    stationary_distribution,
)
from ...reference.policy_evaluation import policy_reward, policy_transition
from ..evidence import fact, identity
from .cases import Regularised, SoftOptimum, regularised, soft_optima, stay_or_go, unichains


@identity("soft-pdl", cases=regularised())
def soft_difference(case: Regularised) -> tuple[Array, Array]:
    """V_τ'(μ) − V_τ(μ) = (1−γ)⁻¹ E_{s ~ d'}[Σₐ π'(Q_τ − τ log π') − V_τ]."""
    mdp, tau = case.mdp, case.temperature
    values = soft_state_values(mdp, case.new, temperature=tau) - soft_state_values(mdp, case.old, temperature=tau)
    return mdp.initial @ values, soft_performance_difference(mdp, case.old, case.new, temperature=tau)


@identity("soft-suboptimality", cases=soft_optima())
def distance_from_the_soft_optimum(case: SoftOptimum) -> tuple[Array, Array]:
    """V*_τ(μ) − V_τ^π(μ) = τ (1−γ)⁻¹ E_{s ~ d_π} KL(π(·|s) ‖ π*_τ(·|s))."""
    mdp, tau = case.mdp, case.temperature
    gap = mdp.initial @ (case.values - soft_state_values(mdp, case.policy, temperature=tau))
    return gap, soft_suboptimality(mdp, case.policy, case.optimal, temperature=tau)


@identity("soft-suboptimality", cases=soft_optima())
def the_soft_optimum_is_a_fixed_point(case: SoftOptimum) -> tuple[Array, Array]:
    """V*_τ = T_τ V*_τ: the values from which the rewards were made are the soft optimal ones."""
    return soft_bellman(case.mdp, case.values, temperature=case.temperature), case.values


@identity("average-reward-pdl", cases=unichains())
def average_reward_form(case: TwoPolicies) -> tuple[Array, Array]:
    """G' − g = E_{s ~ d', a ~ π'}[r − g + P h − h], g = d·r_π the long-run average and h the bias of the old policy."""
    mdp = case.mdp
    averages = [
        stationary_distribution(policy_transition(mdp, policy)) @ policy_reward(mdp, policy)
        for policy in (case.old, case.new)
    ]
    return averages[1] - averages[0], average_reward_difference(mdp, case.old, case.new)


@fact("average-reward-pdl")
def two_recurrent_classes_are_refused() -> str:
    """A chain that stays in either of two states has no average that does not depend on where it starts."""
    case = stay_or_go("1/2", 0)
    try:
        gain_and_bias(case.mdp, exact([[1, 0], [1, 0]]))
    except NotUnichainError as error:
        return str(error)
    raise AssertionError("a multichain process was given one gain")
