"""Importance sampling along trajectories: which products of ratios correct what."""

from __future__ import annotations

from ..arithmetic import Array, Scalar, square
from ..domain import domain
from ..mdp import trajectories, trajectory_probability
from ..performance_difference import importance_ratio
from ..tabular_mdp import TabularMDP

__all__ = ["one_step_performance", "per_decision_performance", "second_moment_of_ratio"]


def per_decision_performance(mdp: TabularMDP, old: Array, new: Array, horizon: int) -> Scalar:
    """E_{τ ~ old}[Σ_{t<H} γᵗ (Π_{k≤t} ratio_k) r_t] = U_H(new): all ratios up to a step correct its reward.

    Precup, Sutton and Singh (2000), "Eligibility traces for off-policy policy evaluation", eq. 2; by enumeration.

    Raises
    ------
    MissingSupportError: the new policy takes an action that the old one never takes.
    """
    return _weighted(mdp, old, new, horizon, forget=False)


def one_step_performance(mdp: TabularMDP, old: Array, new: Array, horizon: int) -> Scalar:
    """E_{τ ~ old}[Σ_{t<H} γᵗ ratio_t r_t]: corrects the action of step t, but not how the old policy came to s_t."""
    return _weighted(mdp, old, new, horizon, forget=True)


@domain(mdp="one", old="one", new="one", horizon="≥ 0")
def second_moment_of_ratio(mdp: TabularMDP, old: Array, new: Array, horizon: int) -> Scalar:
    """E_{τ ~ old}[(Π_{t<H} ratio_t)²] ≥ 1, by enumeration; with one state it is (Σₐ π_new(a)²/π_old(a))ᴴ.

    Metelli et al. (2018), section 3.
    """
    ratio = importance_ratio(mdp, old, new)
    total = 0 * mdp.discount
    for trajectory in trajectories(mdp, horizon):
        weight = trajectory_probability(mdp, old, trajectory)
        for state, action in zip(trajectory.states[:-1], trajectory.actions, strict=True):
            weight = weight * square(ratio[state, action])
        total = total + weight
    return total


@domain(mdp="one", old="one", new="one", horizon="≥ 0")
def _weighted(mdp: TabularMDP, old: Array, new: Array, horizon: int, *, forget: bool) -> Scalar:
    ratio = importance_ratio(mdp, old, new)
    total = 0 * mdp.discount
    for trajectory in trajectories(mdp, horizon):
        probability, discount, product = trajectory_probability(mdp, old, trajectory), mdp.discount**0, 1
        for state, action in zip(trajectory.states[:-1], trajectory.actions, strict=True):
            product = ratio[state, action] * (1 if forget else product)
            total = total + probability * discount * product * mdp.reward[state, action]
            discount = discount * mdp.discount
    return total
