"""Every trajectory of a fixed number of actions, and how likely it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from ..arithmetic import Array, Scalar
from ..domain import domain, require
from ..tabular_mdp import TabularMDP, validate_policy

__all__ = ["Trajectory", "trajectories", "trajectory_probability", "trajectory_return"]


class Trajectory(NamedTuple):
    """τ = (s₀, a₀, …, s_{H−1}, a_{H−1}, s_H): H actions, H + 1 states. The horizon is the number of actions."""

    states: tuple[int, ...]
    actions: tuple[int, ...]


def trajectories(mdp: TabularMDP, horizon: int) -> Iterator[Trajectory]:
    """All S^{H+1} Aᴴ sequences of states and actions, the impossible ones too.

    Raises
    ------
    ValueError: the horizon is negative.
    """
    if horizon < 0:
        raise ValueError(f"the horizon is {horizon}; it counts actions and cannot be negative")
    for states in product(range(mdp.states), repeat=horizon + 1):
        for actions in product(range(mdp.actions), repeat=horizon):
            yield Trajectory(states, actions)


@domain(mdp="one", policy="one")
def trajectory_probability(mdp: TabularMDP, policy: Array, trajectory: Trajectory) -> Scalar:
    """P_π(τ) = μ(s₀) Π_{t<H} π(a_t|s_t) P(s_{t+1}|s_t, a_t) (Sutton and Barto, 2018, section 5.5, with μ)."""
    states, actions = _validate(mdp, trajectory)
    table, probability = validate_policy(mdp, policy), mdp.initial[states[0]]
    for state, action, following in zip(states[:-1], actions, states[1:], strict=True):
        probability = probability * table[state, action] * mdp.transition[state, action, following]
    return probability


@domain(mdp="one", gamma="[0, 1]")
def trajectory_return(mdp: TabularMDP, trajectory: Trajectory, *, gamma: Scalar) -> Scalar:
    """R(τ) = Σ_{t<H} γᵗ r(s_t, a_t); γ = 1 gives the undiscounted return (Sutton and Barto, 2018, eq. 3.11)."""
    states, actions = _validate(mdp, trajectory)
    total, weight = 0 * mdp.reward[0, 0], gamma**0
    for state, action in zip(states[:-1], actions, strict=True):
        total, weight = total + weight * mdp.reward[state, action], weight * gamma
    return total


def _validate(mdp: TabularMDP, trajectory: Trajectory) -> Trajectory:
    require({"mdp": mdp, **trajectory._asdict()}, states="N of S", actions="H? of A")
    return trajectory
