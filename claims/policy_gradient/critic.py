"""What a learned critic does to targets, and how far a truncated return is from the return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import numbers
from ...invariants.mdps import mdps, policies
from ...reference.advantage_estimation import n_step_advantage
from ...reference.arithmetic import Array, Scalar, exact
from ...reference.enumeration import enumerate_trajectories, trajectory_expectation
from ...reference.policy_evaluation import action_values, performance, state_values
from ...reference.policy_gradient.estimators import discounted_sum
from ...reference.tabular_mdp import TabularMDP
from ..evidence import fact, identity, inequality, tight
from .cases import Episodes, episodes, process


@dataclass(frozen=True, eq=False, repr=False)
class Critic(Case):
    """A process, a policy and any critic ``values[S]``."""

    mdp: TabularMDP
    policy: Array
    values: Array


@st.composite
def critics(draw: st.DrawFn) -> Critic:
    """Processes of up to four states."""
    mdp = draw(mdps())
    return Critic(mdp, draw(policies(mdp)), draw(numbers((mdp.states,))))


def target_bound(case: Critic) -> float:
    """4(6 S³2ˢκ + 2S + 8) u (R + (R + B)/(1−γ)), R = max|r|, B = max|V_φ|: one pivoted solve and S + 4 roundings.

    Elimination solves within 3S³2ˢ⁻¹κu of the norm of V, κ = (1+γ)/(1−γ) (Higham, 2002, theorem 9.5); doubled.
    """
    states, discount = case.mdp.states, float(case.mdp.discount)
    reward, critic = np.abs(case.mdp.reward).max(), np.abs(case.values).max()
    work = 4 * (6.0 * states**3 * 2**states * (1 + discount) / (1 - discount) + 2 * states + 8)
    return float(work * 2.0**-53 * (reward + (reward + critic) / (1 - discount)))


@identity("critic-bias", cases=critics(), bound=target_bound)
def bias_of_the_one_step_target(case: Critic) -> tuple[Array, Array]:
    """E[r + γV_φ(s') | s, a] − Q(s, a) = γ E[V_φ(s') − V(s') | s, a]."""
    target = (case.mdp.transition * (case.mdp.reward[..., None] + case.mdp.discount * case.values)).sum(axis=-1)
    error = case.values - state_values(case.mdp, case.policy)
    return target - action_values(case.mdp, case.policy), case.mdp.discount * (case.mdp.transition @ error)


@fact("critic-bias")
def target_of_a_wrong_critic() -> str:
    """Where s₀ → s₁ for ever, r = 0, γ = 1/2: with V_φ(s₁) = 1 the target is 1/2 in the mean, and Q is 0."""
    mdp = process([[[0, 1]], [[0, 1]]], [[0], [0]], "1/2")
    target = (mdp.reward + mdp.discount * mdp.transition @ exact([0, 1]))[0, 0]
    truth = action_values(mdp, exact([[1], [1]]))[0, 0]
    assert target != truth
    return f"{target} in place of {truth}"


@identity("critic-target-relation", cases=episodes(130))
def target_is_advantage_plus_value(case: Episodes) -> tuple[Array, Array]:
    """y₍N₎ = Ψ₍N₎ + V_φ(s₀) has E y₍N₎ − E V(s₀) = γᴺ E[(V_φ − V)(s_N)] for every critic V_φ."""
    gamma, horizon, critic = case.mdp.discount, case.horizon, case.table[0]
    own, going = state_values(case.mdp, case.policy), np.zeros(case.horizon, dtype=bool)

    def target(states: Array, actions: Array) -> Array:
        rewards = case.mdp.reward[states[:-1], actions]
        path = (rewards, critic[states[:-1]], critic[states[1:]], going, going)
        y = n_step_advantage(*path, n=horizon, gamma=gamma)[0] + critic[states[0]]
        return np.array([y - own[states[0]], gamma**horizon * (critic - own)[states[-1]]])

    error, expected = trajectory_expectation(case.mdp, case.policy, horizon, target)
    return np.asarray(error), np.asarray(expected)


@identity("critic-target-relation", cases=episodes(130))
def target_is_bootstrapped_return(case: Episodes) -> tuple[Array, Array]:
    """Ψ₍N₎ + V_φ(s₀) = Σ_{t<N} γᵗ r_t + γᴺ V_φ(s_N) on every path that is possible."""
    gamma, horizon, critic = case.mdp.discount, case.horizon, case.table[0]
    going, left, right = np.zeros(horizon, dtype=bool), [], []
    for _, states, actions in enumerate_trajectories(case.mdp, case.policy, horizon):
        rewards = case.mdp.reward[states[:-1], actions]
        path = (rewards, critic[states[:-1]], critic[states[1:]], going, going)
        left.append(n_step_advantage(*path, n=horizon, gamma=gamma)[0] + critic[states[0]])
        right.append(discounted_sum(rewards, gamma) + gamma**horizon * critic[states[-1]])
    return np.array(left), np.array(right)


@fact("critic-v-smaller", cases=critics())
def state_values_determine_the_rest(case: Critic) -> str:
    """V has S numbers, Q has S A, and the mean of δ under a known state and action gives A = Q − V back from V."""
    values, table = state_values(case.mdp, case.policy), action_values(case.mdp, case.policy)
    assert table.size == values.size * case.mdp.actions
    errors = case.mdp.reward[..., None] + case.mdp.discount * values - values[:, None, None]
    assert np.all((case.mdp.transition * errors).sum(axis=-1) == table - values[:, None])
    return f"{values.size} numbers for {table.size}"


@inequality("v0-horizon-truncation", cases=episodes())
def truncation_error(case: Episodes) -> tuple[Scalar, Scalar]:
    """|J − J_H| ≤ γᴴ max|r|/(1−γ), J_H the return of the first H = N + 1 steps."""
    gamma, horizon = case.mdp.discount, case.horizon
    truncated = trajectory_expectation(
        case.mdp,
        case.policy,
        horizon,
        lambda states, actions: discounted_sum(case.mdp.reward[states[:-1], actions], gamma),
    )
    error = abs(performance(case.mdp, case.policy) - truncated)
    return error, gamma**horizon * np.abs(case.mdp.reward).max() / (1 - gamma)


@tight("v0-horizon-truncation", of=truncation_error, reaches=1)
def constant_reward() -> list[Episodes]:
    """A constant reward attains the bound: for r = 1, γ = 1/2, N = 2 the return is 2 and its first part 7/4."""
    mdp = process([[[1]]], [[1]], "1/2")
    return [Episodes(mdp, exact([[1]]), exact([[[0]]]), horizon, exact([[0]])) for horizon in (1, 3)]
