"""Other processes with the same answer, and how wrong a wrong one is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact
from ...reference.mdp import (
    finite_horizon_performance,
    model_value_difference,
    stopped_state_distribution,
    surviving_performance,
)
from ...reference.policy_evaluation import performance, policy_reward, policy_transition, state_values
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..evidence import identity, inequality, tight
from .cases import Horizon, TwoModels, horizons, two_models
from .rounding import value_error, value_range


def two_models_bound(case: TwoModels) -> float:
    """2‖δV‖ on one side; on the other ‖δV‖ in V_P twice and once more in the solve, 2γ/(1−γ) times as large."""
    amplification = float(2 / (1 - case.mdp.discount))
    rounding = (case.mdp.states + 3) * 2.0**-51 * value_range(case.mdp)
    return (3 * amplification + 2) * value_error(case.mdp) + amplification * rounding


@identity("simulation-lemma", cases=two_models(), bound=two_models_bound)
def model_error_propagates(case: TwoModels) -> tuple[Array, Array]:
    """V_P̂ − V_P = γ (I − γ P̂_π)⁻¹ (P̂_π − P_π) V_P."""
    difference = state_values(case.model, case.policy) - state_values(case.mdp, case.policy)
    return difference, model_value_difference(case.model, case.mdp, case.policy)


@inequality("simulation-lemma", cases=two_models())
def model_error_is_bounded(case: TwoModels) -> tuple[Array, Array]:
    """‖V_P̂ − V_P‖∞ ≤ γ/(1−γ) max_s TV(P̂_π(·|s), P_π(·|s)) (max V_P − min V_P), TV = ½ Σ|·|."""
    mdp, policy = case.mdp, case.policy
    values = state_values(mdp, policy)
    distance = abs(policy_transition(case.model, policy) - policy_transition(mdp, policy)).sum(axis=-1) / 2
    larger = mdp.discount / (1 - mdp.discount) * np.max(distance) * (np.max(values) - np.min(values))
    return np.max(abs(state_values(case.model, policy) - values)), larger


@tight("simulation-lemma", of=model_error_is_bounded, reaches=1)
def a_model_that_never_leaves_the_better_state() -> Iterator[TwoModels]:
    """From either state P goes to s₁, which pays nothing, and P̂ to s₀, which pays 1: every step is overvalued."""
    for gamma in ("1/2", "15/16"):
        truth = exact([[[0, 1]], [[0, 1]]])
        mdp = TabularMDP(truth, exact([[1], [0]]), exact([1, 0]), exact(gamma).item())
        yield TwoModels(mdp, replace(mdp, transition=truth[..., ::-1]), exact([[1], [1]]))


@identity("geometric-horizon", cases=horizons(longest=6))
def survival_is_discounting(case: Horizon) -> tuple[Array, Array]:
    """E[Σ_{t<min(N,H)} r_t] = E[Σ_{t<H} γᵗ r_t] for P(N = n) = (1−γ)γⁿ⁻¹, for every H, hence in the limit."""
    mdp = case.mdp
    discounted = finite_horizon_performance(mdp, case.policy, case.horizon, gamma=mdp.discount)
    return surviving_performance(mdp, case.policy, case.horizon), discounted


@identity("geometric-horizon", cases=one_policy())
def the_process_stops_where_it_spends_its_time(case: OnePolicy) -> tuple[Array, Array]:
    """P(s_{N−1} = s) = d_π(s), and E[Σ_{t<N} r_t] = E[N] E_{s ~ d_π}[r_π(s)] with E[N] = 1/(1−γ)."""
    mdp, policy = case.mdp, case.policy
    stopped = stopped_state_distribution(mdp, policy)
    earned = stopped @ policy_reward(mdp, policy) / (1 - mdp.discount)
    return np.append(stopped, earned), np.append(visitation(mdp, policy), performance(mdp, policy))
