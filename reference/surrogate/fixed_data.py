"""The importance-weighted objective of a fixed batch, and the policy that maximises it."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["batch_objective", "batch_optimum", "batch_weights"]


@domain(old="S A in Δ", states="B? of S", actions="B? of A", psi="B?")
def batch_weights(old: Array, states: Array, actions: Array, psi: Array) -> Array:
    """w(s, a) = Σ_{i: (s_i, a_i) = (s, a)} Ψ_i / π_old(a_i|s_i), ``[S, A]``; 0 for what the batch does not contain.

    Raises
    ------
    ValueError: a sampled action has probability 0 under the policy that is said to have drawn it.
    """
    taken = old[states, actions]
    if np.any(taken == 0):
        where = int(np.argmax(taken == 0))
        raise ValueError(f"sample {where} takes action {actions[where]} in state {states[where]}: π_old is 0 there")
    weights = 0 * old
    np.add.at(weights, (states, actions), psi / taken)
    return np.asarray(weights)


@domain(policy="S A", old="S A")
def batch_objective(policy: Array, old: Array, states: Array, actions: Array, psi: Array) -> Scalar:
    """Σ_i π(a_i|s_i)/π_old(a_i|s_i) Ψ_i = Σ_s Σₐ π(a|s) w(s, a): linear in π.

    Schulman et al. (2017), eq. 6, the sum in place of the mean.
    """
    return (policy * batch_weights(old, states, actions, psi)).sum()


def batch_optimum(old: Array, states: Array, actions: Array, psi: Array) -> Scalar:
    """max_π Σ_i π(a_i|s_i)/π_old(a_i|s_i) Ψ_i = Σ_s maxₐ w(s, a): all mass of a state on the largest weight."""
    return np.maximum.reduce(batch_weights(old, states, actions, psi), axis=-1).sum()
