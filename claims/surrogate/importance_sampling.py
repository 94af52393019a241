"""What importance sampling of actions corrects, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array, exact
from ...reference.mdp import finite_horizon_performance
from ...reference.performance_difference import importance_ratio
from ...reference.policy_evaluation import performance, policy_reward
from ...reference.surrogate import one_step_performance, per_decision_performance, second_moment_of_ratio
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from ..performance_difference.cases import one_state
from .cases import OffPolicy, off_policy


@identity("is-fixes-actions-not-states", cases=off_policy())
def all_ratios_so_far_correct_a_reward(case: OffPolicy) -> tuple[Array, Array]:
    """E_{τ ~ old}[Σ_{t<H} γᵗ (Π_{k≤t} ratio_k) r_t] = U_H(new)."""
    corrected = per_decision_performance(case.mdp, case.old, case.new, case.horizon)
    return corrected, finite_horizon_performance(case.mdp, case.new, case.horizon, gamma=case.mdp.discount)


@identity("is-fixes-actions-not-states", cases=two_policies(positive=True))
def visitation_ratios_correct_the_states(case: TwoPolicies) -> tuple[Array, Array]:
    """(1−γ)⁻¹ E_{s ~ d_old, a ~ old}[d_new(s)/d_old(s) · ratio · r] = η(new): what the action's ratio leaves open."""
    mdp, old, new = case.mdp, case.old, case.new
    before, after = visitation(mdp, old), visitation(mdp, new)
    visited = before > 0
    assert np.all(visited | (after == 0)), "the new policy goes where the old one, of full support, never does"
    shift = np.where(visited, after / np.where(visited, before, before**0), after)
    reward = (old * importance_ratio(mdp, old, new) * mdp.reward).sum(axis=-1)
    return before @ (shift * reward) / (1 - mdp.discount), performance(mdp, new)


@counterexample("is-fixes-actions-not-states")
def one_ratio_leaves_the_states_of_the_old_policy() -> Counterexample:
    """The ratio of the last action alone: right at t = 0, and at t = 1 the states are still the old policy's."""
    chain = exact([[[1, 0], [0, 1]], [[1, 0], [0, 1]]])
    mdp = TabularMDP(chain, exact([[0, 0], [1, 1]]), exact([1, 0]), exact("1/2").item())
    old, new = exact([["1/2", "1/2"]] * 2), exact([[0, 1]] * 2)
    assert per_decision_performance(mdp, old, new, 2) == mdp.discount * policy_reward(mdp, new)[1]
    return Counterexample(
        "actions lead to their own state, s₁ pays 1, γ = 1/2, two steps, π_old uniform, π_new always to s₁",
        ("E_old[Σ γᵗ ratio_t r_t]", one_step_performance(mdp, old, new, 2)),
        "≠",
        ("U₂(new)", finite_horizon_performance(mdp, new, 2, gamma=mdp.discount)),
    )


@inequality("is-fixes-actions-not-states", cases=off_policy())
def second_moments_grow_geometrically(case: OffPolicy) -> tuple[Array, Array]:
    """(min_s Σₐ π_new(a|s)²/π_old(a|s))ᴴ ≤ E_{τ ~ old}[(Π_{t<H} ratio_t)²], and the base is at least 1."""
    base = np.min((case.old * importance_ratio(case.mdp, case.old, case.new) ** 2).sum(axis=-1))
    moment = second_moment_of_ratio(case.mdp, case.old, case.new, case.horizon)
    return np.array([base**case.horizon, base**0]), np.array([moment, base])


@tight("is-fixes-actions-not-states", of=second_moments_grow_geometrically, reaches=1)
def one_state_grows_by_the_same_factor_each_step() -> Iterator[OffPolicy]:
    """π_old = (1/4, 3/4), π_new = (1, 0): the second moment is 4ᴴ."""
    for horizon in (1, 3, 5):
        yield OffPolicy(one_state([0, 0], "1/2"), exact([["1/4", "3/4"]]), exact([[1, 0]]), horizon)
