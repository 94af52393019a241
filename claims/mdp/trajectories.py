"""Trajectories of a fixed number of actions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, Scalar, convert, exact
from ...reference.mdp import finite_horizon_performance, trajectories, trajectory_probability, trajectory_return
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, fact, identity
from .cases import Horizon, constant_reward, short_horizons


@identity("trajectory-probability", cases=short_horizons())
def probabilities_of_trajectories_sum_to_one(case: Horizon) -> tuple[Array, Array]:
    """Σ_τ μ(s₀) Π π(a_t|s_t) P(s_{t+1}|s_t, a_t) = 1, and without μ(s₀) the sum is the number of states."""
    mdp = case.mdp
    total = _mass(mdp, case.policy, case.horizon)
    return np.array([total, _mass_as_written(mdp, case.policy, case.horizon)]), exact([1, mdp.states])


@counterexample("trajectory-probability")
def products_without_the_first_state_sum_to_two() -> Counterexample:
    """Two states, two actions, H = 1 in the post's count, that is two actions: all products sum to |S|."""
    half = exact("1/2").item()
    table = exact([["1/4", "3/4"], ["1/2", "1/2"]])
    mdp = TabularMDP(np.stack([table, table[::-1]], axis=1), 0 * table, exact([1, 0]), half)
    return Counterexample(
        "|S| = 2, |A| = 2, H = 1",
        ("Σ_τ Π_t P(s_{t+1}|s_t, a_t) π(a_t|s_t)", _mass_as_written(mdp, table, 2)),
        "≠",
        ("Σ_τ P(τ)", _mass(mdp, table, 2)),
    )


@counterexample("trajectory-horizon-off-by-one")
def a_horizon_of_zero_with_one_action() -> Counterexample:
    """τ = (s₀, a₀, …, s_H, a_H, s_{H+1}) has H + 1 actions: at H = 0 it already earns a reward."""
    mdp, policy = constant_reward("1/2"), exact([[1]])
    one = exact(1).item()
    written = sum(
        trajectory_probability(mdp, policy, trajectory) * trajectory_return(mdp, trajectory, gamma=one)
        for trajectory in trajectories(mdp, 0 + 1)
    )
    return Counterexample(
        "one state, r = 1, H = 0",
        ("Σ_{t=0}^{H} r_t", written),
        "≠",
        ("Σ_{h=0}^{H−1} r_h", finite_horizon_performance(mdp, policy, 0, gamma=one)),
    )


@fact("trajectory-horizon-off-by-one", cases=short_horizons())
def horizon_counts_actions(case: Horizon) -> None:
    """A trajectory of horizon H has H actions and H + 1 states, and there are S^{H+1} Aᴴ of them."""
    every = list(trajectories(case.mdp, case.horizon))
    assert all(len(actions) == case.horizon == len(states) - 1 for states, actions in every)
    assert len(set(every)) == case.mdp.states ** (case.horizon + 1) * case.mdp.actions**case.horizon


@identity("u-objective", cases=short_horizons())
def enumeration_is_dynamic_programming(case: Horizon) -> tuple[Array, Array]:
    """U(π) = Σ_τ P_π(τ) R(τ) is what backward induction computes, discounted and undiscounted."""
    mdp, policy = case.mdp, case.policy
    discounts = (mdp.discount, exact(1).item())
    enumerated = [0 * mdp.discount for _ in discounts]
    for trajectory in trajectories(mdp, case.horizon):
        probability = trajectory_probability(mdp, policy, trajectory)
        for i, gamma in enumerate(discounts):
            enumerated[i] += probability * trajectory_return(mdp, trajectory, gamma=gamma)
    computed = [finite_horizon_performance(mdp, policy, case.horizon, gamma=gamma) for gamma in discounts]
    return np.array(enumerated), np.array(computed)


def _mass(mdp: TabularMDP, policy: Array, horizon: int) -> Scalar:
    return sum(trajectory_probability(mdp, policy, trajectory) for trajectory in trajectories(mdp, horizon))


def _mass_as_written(mdp: TabularMDP, policy: Array, horizon: int) -> Scalar:
    """The sum of the products without μ(s₀): each first state counts as if it were certain."""
    certain = convert(np.eye(mdp.states, dtype=int), mdp.arithmetic)
    return sum(_mass(replace(mdp, initial=start), policy, horizon) for start in certain)
