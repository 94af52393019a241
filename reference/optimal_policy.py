"""A best policy, by policy iteration."""

from __future__ import annotations

import numpy as np

from .arithmetic import Arithmetic, Array, Scalar, convert
from .policy_evaluation import advantages
from .tabular_mdp import TabularMDP

__all__ = ["bellman_optimality_residual", "optimal_policy"]


def bellman_optimality_residual(mdp: TabularMDP, policy: Array) -> Array:
    """maxₐ Q^π(s, a) − V^π(s) ≥ 0, ``[S]``; π is optimal from every state iff it is 0 (Puterman, 1994, th. 6.2.6)."""
    return np.asarray(np.maximum.reduce(advantages(mdp, policy), axis=-1))


def optimal_policy(mdp: TabularMDP) -> Array:
    """π*(s) = the first action of argmaxₐ Q*(s, a), as a deterministic table ``[S, A]``, for one process.

    Policy iteration (Howard, 1960; Puterman, 1994, theorem 6.4.2): evaluate, switch wherever an action is better,
    stop when none is. Among rationals the answer is certain: its Bellman optimality residual is 0. In float64 only
    what exceeds the rounding of Q counts as better, and balls count as better only when they certainly are; what
    is closer is a tie.

    Raises
    ------
    ValueError: a batch of processes is given.
    """
    if mdp.transition.ndim != 3:
        raise ValueError(f"transition has shape {mdp.transition.shape}; optimal_policy takes one process at a time")
    every, rounding = np.arange(mdp.states), _rounding(mdp)
    choice = np.zeros(mdp.states, dtype=int)
    while True:
        gain = advantages(mdp, _deterministic(mdp, choice))
        best = np.argmax(gain, axis=1)
        better = gain[every, best] > gain[every, choice] + rounding
        if not np.any(better):
            break
        choice = np.where(better, best, choice)
    tied = ~(gain < np.maximum.reduce(gain, axis=1, keepdims=True) - rounding)
    return _deterministic(mdp, np.argmax(tied, axis=1))


def _deterministic(mdp: TabularMDP, choice: Array) -> Array:
    return convert(choice[:, None] == np.arange(mdp.actions), mdp.arithmetic)


def _rounding(mdp: TabularMDP) -> Scalar:
    """4u (3S + A + 8) (1+γ)/(1−γ) max|r|/(1−γ) in float64: twice the error of Q after a backward stable solve."""
    if mdp.arithmetic is not Arithmetic.FLOAT:
        return 0
    horizon = 1 / (1 - mdp.discount)
    return 2.0**-51 * (3 * mdp.states + mdp.actions + 8) * (1 + mdp.discount) * horizon**2 * np.abs(mdp.reward).max()
