"""Mean and variance of an advantage estimate, without drawing or listing a single rollout."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, convert, solve, square
from ..domain import domain
from ..policy_evaluation import policy_transition
from ..tabular_mdp import TabularMDP, validate_policy

__all__ = ["estimate_mean", "estimate_variance"]


@domain(mdp="one", policy="one", values="S", lam="[0, 1]", steps="≥ 1")
def estimate_mean(mdp: TabularMDP, policy: Array, values: Array, *, lam: Scalar, steps: int | None = None) -> Array:
    """E[Â | s, a] for Â = Σ_{l<T} (γλ)ˡ δ_l, δ_l = r_l + γ V(s_{l+1}) − V(s_l), ``[S, A]``.

    m_T(s, a) = E[δ|s, a] + γλ Σ_{s',a'} P(s'|s, a) π(a'|s') m_{T−1}(s', a'), m_0 = 0; ``steps=None`` is the fixed point
    T = ∞. λ = 1 makes Â the T-step advantage Ψ₍T₎, and at T = ∞ the Monte Carlo estimate. Schulman et al. (2016),
    eq. 16; ``values[S]`` is any critic. One process, no leading axes.

    Raises
    ------
    ValueError: the critic is not ``[S]``, steps < 1, or λ outside [0, 1].
    InvalidPolicyError: the policy is none.
    """
    validate_policy(mdp, policy)
    error = (mdp.transition * _td_errors(mdp, values)).sum(axis=-1)
    decay = mdp.discount * lam
    if steps is None:
        following = solve(_discounted(mdp, policy, decay), _average(policy, error))
        return np.asarray(error + decay * mdp.transition @ following)
    mean = error
    for _ in range(steps - 1):
        mean = error + decay * mdp.transition @ _average(policy, mean)
    return np.asarray(mean)


@domain(mdp="one", policy="one", values="S", lam="[0, 1]", steps="≥ 1")
def estimate_variance(mdp: TabularMDP, policy: Array, values: Array, *, lam: Scalar, steps: int | None = None) -> Array:
    """Var[Â | s, a] = E[Â²|s, a] − E[Â|s, a]² for the estimate of ``estimate_mean``, ``[S, A]``.

    q_T(s, a) = Σ_s' P(s'|s, a) (δ² + 2γλ δ E_π[m_{T−1}(s', ·)] + (γλ)² E_π[q_{T−1}(s', ·)]), q_0 = 0: the second moment
    of a discounted sum as in Sobel (1982), "The variance of discounted Markov decision processes", for
    the discount γλ and the reward δ(s, a, s').

    Raises
    ------
    ValueError: as ``estimate_mean``.
    InvalidPolicyError: the policy is none.
    """
    validate_policy(mdp, policy)
    errors, decay = _td_errors(mdp, values), mdp.discount * lam
    if steps is None:
        mean = estimate_mean(mdp, policy, values, lam=lam)
        own = (mdp.transition * (square(errors) + 2 * decay * errors * _average(policy, mean))).sum(axis=-1)
        following = solve(_discounted(mdp, policy, decay**2), _average(policy, own))
        return np.asarray(own + decay**2 * mdp.transition @ following - square(mean))
    mean = squared = 0 * mdp.reward
    for _ in range(steps):
        next_mean, next_squared = _average(policy, mean), _average(policy, squared)
        within = square(errors) + 2 * decay * errors * next_mean + decay**2 * next_squared
        squared = (mdp.transition * within).sum(axis=-1)
        mean = (mdp.transition * (errors + decay * next_mean)).sum(axis=-1)
    return np.asarray(squared - square(mean))


def _td_errors(mdp: TabularMDP, values: Array) -> Array:
    return np.asarray(mdp.reward[:, :, None] + mdp.discount * values - values[:, None, None])


def _average(policy: Array, table: Array) -> Array:
    return np.asarray((policy * table).sum(axis=-1))


def _discounted(mdp: TabularMDP, policy: Array, decay: Scalar) -> Array:
    return np.asarray(convert(np.eye(mdp.states, dtype=int), mdp.arithmetic) - decay * policy_transition(mdp, policy))
