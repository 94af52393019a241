"""Returns, values and advantages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, convert, exact, solve
from ...reference.mdp import finite_horizon_performance
from ...reference.policy_evaluation import action_values, advantages, performance, policy_reward, state_values
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import unnormalised_visitation
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Horizon, constant_reward, horizons
from .definition import state_reward_bound
from .rounding import value_error, value_range


def advantage_bound(case: OnePolicy) -> float:
    """2‖δV‖ + (S + 3) roundings of r + γPV − V, each part of size at most max|r|/(1−γ)."""
    return 2 * value_error(case.mdp) + (case.mdp.states + 3) * 2.0**-51 * value_range(case.mdp)


def zero_mean_bound(case: OnePolicy) -> float:
    """The advantage's error, averaged, and A roundings of the average; the other side is the constant 0."""
    return advantage_bound(case) + (case.mdp.actions + 1) * 2.0**-51 * value_range(case.mdp)


@identity("return-definition", cases=one_policy(), bound=state_reward_bound)
def values_and_visitation_give_one_return(case: OnePolicy) -> tuple[Array, Array]:
    """J(π) = μᵀ (I − γP_π)⁻¹ r_π = ρ_πᵀ r_π: the forward and the backward solve agree."""
    mdp, policy = case.mdp, case.policy
    return performance(mdp, policy), unnormalised_visitation(mdp, policy) @ policy_reward(mdp, policy)


@inequality("return-definition", cases=horizons(longest=20))
def truncation_error_of_the_return(case: Horizon) -> tuple[Array, Array]:
    """|J(π) − E Σ_{t<H} γᵗ r_t| ≤ γᴴ max|r|/(1−γ)."""
    mdp = case.mdp
    gap = performance(mdp, case.policy) - finite_horizon_performance(mdp, case.policy, case.horizon, gamma=mdp.discount)
    return abs(gap), mdp.discount**case.horizon * np.max(abs(mdp.reward)) / (1 - mdp.discount)


@tight("return-definition", of=truncation_error_of_the_return, reaches=1)
def constant_rewards_leave_the_whole_tail() -> Iterator[Horizon]:
    """A constant reward: every truncated step is worth the most that it can be."""
    for steps in (0, 1, 5):
        yield Horizon(constant_reward("7/8"), exact([[1]]), steps)


@identity("q-v-a-definitions", cases=one_policy(), bound=advantage_bound)
def action_values_solve_the_pair_chain(case: OnePolicy) -> tuple[Array, Array]:
    """Q = (I − γ P̃)⁻¹ r on pairs, P̃(s', a'|s, a) = P(s'|s, a) π(a'|s'); V = Σₐ πQ and A = Q − V follow."""
    mdp, policy = case.mdp, case.policy
    q = _values_of_pairs(mdp, policy)
    v = (policy * q).sum(axis=-1)
    from_pairs = np.concatenate([q, v[:, None], q - v[:, None]], axis=1)
    oracles = (action_values(mdp, policy), state_values(mdp, policy)[:, None], advantages(mdp, policy))
    return np.concatenate(oracles, axis=1), from_pairs


@identity("advantage-zero-mean", cases=one_policy(), bound=zero_mean_bound)
def advantages_average_to_zero(case: OnePolicy) -> tuple[Array, Array]:
    """Σₐ π(a|s) A^π(s, a) = 0 at every state, also where the policy never goes."""
    mean = (case.policy * advantages(case.mdp, case.policy)).sum(axis=-1)
    return mean, 0 * mean


@identity("td-mean-is-advantage", cases=one_policy())
def mean_td_error_is_the_advantage(case: OnePolicy) -> tuple[Array, Array]:
    """E_{s' ~ P(·|s, a)}[r(s, a) + γ V^π(s') − V^π(s)] = A^π(s, a), the advantage from the chain of pairs."""
    mdp, policy = case.mdp, case.policy
    values = state_values(mdp, policy)
    errors = mdp.reward[:, :, None] + mdp.discount * values[None, None, :] - values[:, None, None]
    q = _values_of_pairs(mdp, policy)
    return (mdp.transition * errors).sum(axis=-1), q - (policy * q).sum(axis=-1, keepdims=True)


@counterexample("td-mean-is-advantage")
def td_error_without_its_mean() -> Counterexample:
    """Without E_{s'} it is another number: s₀ goes to s₁ (reward 1 for ever) or to s₂ (nothing) with 1/2 each."""
    chain = exact([[[0, "1/2", "1/2"]], [[0, 1, 0]], [[0, 0, 1]]])
    mdp = TabularMDP(chain, exact([[0], [1], [0]]), exact([1, 0, 0]), exact("1/2").item())
    policy = exact([[1], [1], [1]])
    values = state_values(mdp, policy)
    return Counterexample(
        "one action, s₀ → s₁ or s₂, γ = 1/2, V = (1/2, 2, 0); the step went to s₁",
        ("δ = r + γV(s₁) − V(s₀)", mdp.reward[0, 0] + mdp.discount * values[1] - values[0]),
        "≠",
        ("A(s₀, a)", advantages(mdp, policy)[0, 0]),
    )


@counterexample("td-mean-is-advantage")
def td_error_of_a_wrong_critic() -> Counterexample:
    """With a critic V̂ ≠ V^π the mean TD error is not the advantage: with V̂ = 0 it is the reward."""
    mdp, policy = constant_reward("1/2"), exact([[1]])
    return Counterexample(
        "one state, r = 1, γ = 1/2, V̂ = 0",
        ("E[r + γV̂(s') − V̂(s)]", mdp.reward[0, 0]),
        "≠",
        ("A(s, a)", advantages(mdp, policy)[0, 0]),
    )


def _values_of_pairs(mdp: TabularMDP, policy: Array) -> Array:
    pairs = mdp.states * mdp.actions
    chain = (mdp.transition[:, :, :, None] * policy[None, None, :, :]).reshape(pairs, pairs)
    matrix = convert(np.eye(pairs, dtype=int), mdp.arithmetic) - mdp.discount * chain
    return solve(matrix, mdp.reward.reshape(pairs)).reshape(mdp.states, mdp.actions)
