"""Divergence of the trajectories that two policies produce in one process."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..policy_evaluation import policy_transition
from ..tabular_mdp import TabularMDP, validate_policy
from ..visitation import visitation
from .categorical import categorical_kl

__all__ = ["average_visitation", "expectation", "killed_trajectory_kl", "mean_kl", "reachable", "trajectory_kl"]


def mean_kl(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """E_{s ~ d_old} KL(π_old(·|s)‖π_new(·|s)), d_old the normalised discounted visitation; in nats.

    TRPO's constraint (Schulman et al., 2015, eq. 12). States that π_old never reaches do not count.

    Raises
    ------
    InvalidPolicyError: a policy does not fit the process.
    """
    kl = categorical_kl(validate_policy(mdp, old), validate_policy(mdp, new))
    return expectation(np.where(reachable(mdp, old), visitation(mdp, old), 0), kl)


def killed_trajectory_kl(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """Σₕ γʰ E_{s ~ Pₕ} KL(π_old‖π_new) = 1/(1−γ) E_{d_old} KL(π_old‖π_new).

    The divergence of the laws of trajectories that end with probability 1 − γ after each step, by the chain rule of
    relative entropy; Cover and Thomas (2006), theorem 2.5.3.
    """
    return mean_kl(mdp, old, new) / (1 - np.asarray(mdp.discount))


def trajectory_kl(mdp: TabularMDP, old: Array, new: Array, *, horizon: int) -> Scalar:
    """Σ_{h<H} E_{s ~ Pₕ} KL(π_old‖π_new) = H E_{s ~ d_H} KL(π_old‖π_new): trajectories of H steps, undiscounted.

    The chain rule of relative entropy, the dynamics being common to both laws; Cover and Thomas (2006), theorem
    2.5.3.

    Raises
    ------
    InvalidPolicyError: a policy does not fit the process.
    ValueError: H < 1.
    """
    kl = categorical_kl(validate_policy(mdp, old), validate_policy(mdp, new))
    return horizon * expectation(average_visitation(mdp, old, horizon=horizon), kl)


@domain(horizon="≥ 1")
def average_visitation(mdp: TabularMDP, policy: Array, *, horizon: int) -> Array:
    """d_H(s) = 1/H Σ_{h<H} Pₕ(s), P₀ = μ, Pₕ₊₁ = Pₕ P_π: the undiscounted average over H steps, ``[..., S]``.

    Raises
    ------
    ValueError: H < 1.
    """
    transition, law = policy_transition(mdp, policy), mdp.initial
    total = law
    for _ in range(horizon - 1):
        law = np.einsum("...s,...st->...t", law, transition)
        total = total + law
    return np.asarray(total / horizon)


@domain(weights="... S", values="... S in [-∞, ∞]")
def expectation(weights: Array, values: Array) -> Scalar:
    """Σ_s w(s) x(s) over the last axis, where a weight 0 makes even an infinite value vanish."""
    return (weights * np.where(weights == 0, 0, values)).sum(axis=-1)


def reachable(mdp: TabularMDP, policy: Array) -> Array:
    """Whether the policy ever visits a state, by following positive probabilities: flags ``[..., S]``."""
    possible, seen = policy_transition(mdp, policy) != 0, mdp.initial != 0
    for _ in range(mdp.states):
        seen = seen | (seen[..., None] & possible).any(axis=-2)
    return np.asarray(seen, dtype=bool)
