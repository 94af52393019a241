"""Every rollout that can happen in a few steps, with its probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arithmetic import Array, Scalar, convert, square
from ..domain import domain
from ..tabular_mdp import TabularMDP, validate_policy

__all__ = ["Rollouts", "enumerate_rollouts"]

_Path = tuple[Scalar, tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Rollouts:
    """All N rollouts of T steps from one state and action: what an expectation is a finite sum over.

    ``probability[N]`` sums to 1; ``states[T+1, N]`` and ``actions[T, N]`` are indices, ``rewards[T, N]`` = r(s_t, a_t).
    """

    probability: Array
    states: Array
    actions: Array
    rewards: Array

    def mean(self, outcomes: Array) -> Array:
        """E[X] = Σ_i p_i X_i over the last axis of ``outcomes[..., N]``."""
        return np.asarray((self.probability * outcomes).sum(axis=-1))

    def variance(self, outcomes: Array) -> Array:
        """Var X = Σ_i p_i (X_i − E[X])² over the last axis of ``outcomes[..., N]``."""
        return self.mean(square(outcomes - self.mean(outcomes)[..., None]))


@domain(mdp="one", policy="one", state="of S", action="of A", steps="≥ 1")
def enumerate_rollouts(mdp: TabularMDP, policy: Array, *, state: int, action: int, steps: int) -> Rollouts:
    """P(s₁, a₁, …, s_T | s₀, a₀) = Π_t P(s_{t+1}|s_t, a_t) · Π_{t≥1} π(a_t|s_t), for all outcomes where it is positive.

    One process, no leading axes. There are up to Sᵀ Aᵀ⁻¹ rollouts. Sutton and Barto (2018), section 5.5.

    Raises
    ------
    InvalidArgumentError: steps < 1, or there is no such state or action.
    InvalidMDPError: the process is a batch.
    InvalidPolicyError: the policy is none.
    """
    validate_policy(mdp, policy)
    one = convert(1, mdp.arithmetic).item()
    open_paths: list[_Path] = [(one, (state,), (action,))]
    ended: list[_Path] = []
    for step in range(steps):
        longer: list[_Path] = []
        for weight, states, actions in open_paths:
            for following, chance in enumerate(mdp.transition[states[-1], actions[-1]]):
                if chance == 0:
                    continue
                reached = (*states, following)
                if step == steps - 1:
                    ended.append((weight * chance, reached, actions))
                    continue
                longer += [
                    (weight * chance * share, reached, (*actions, choice))
                    for choice, share in enumerate(policy[following])
                    if share != 0
                ]
        open_paths = longer
    probability = convert(np.array([path[0] for path in ended]), mdp.arithmetic)
    states_taken = np.array([path[1] for path in ended]).T
    actions_taken = np.array([path[2] for path in ended]).T
    return Rollouts(probability, states_taken, actions_taken, mdp.reward[states_taken[:-1], actions_taken])
