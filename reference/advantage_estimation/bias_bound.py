"""How far a wrong critic can pull the mean of an advantage estimate."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..extrema import largest
from ..policy_evaluation import state_values
from ..tabular_mdp import TabularMDP
from .weights import average_weights

__all__ = ["bias_bound", "bias_factor"]


def bias_factor(gamma: Scalar, lam: Scalar, *, steps: int | None = None) -> Scalar:
    """β = Σ_{n≤T} w_n γⁿ, the γ-discounted mean of the weights of Ψ₍ₙ₎; γ(1−λ)/(1−γλ) for T = ∞.

    The N-step advantage errs by γᴺ E[(V − V^π)(s_N)], so GAE errs by the average of these; λ = 1 gives γᵀ. β falls as
    λ rises, and as T rises. Schulman et al. (2016), section 3.

    Raises
    ------
    ValueError: γ or λ outside [0, 1], T < 1, or γλ = 1 without a horizon.
    """
    if not (0 <= gamma <= 1 and 0 <= lam <= 1):
        raise ValueError(f"γ = {gamma} or λ = {lam} lies outside [0, 1]")
    if steps is not None:
        return sum(weight * gamma ** (n + 1) for n, weight in enumerate(average_weights(lam, steps)))
    if not gamma * lam < 1:
        raise ValueError("γλ = 1 leaves an infinite rollout without a factor")
    return gamma * (1 - lam) / (1 - gamma * lam)


@domain(mdp="one", values="S")
def bias_bound(mdp: TabularMDP, policy: Array, values: Array, *, lam: Scalar, steps: int | None = None) -> Scalar:
    """β ‖V − V^π‖_∞ ≥ |E[Â|s, a] − (Q^π(s, a) − V(s))|, attained by every critic that errs by a constant.

    At λ = 1 it is the error reduction property of T steps, Sutton and Barto (2018), eq. 7.3.

    Raises
    ------
    ValueError: as ``bias_factor``, or the critic is not ``[S]``.
    InvalidPolicyError: the policy is none.
    """
    error = largest(np.abs(values - state_values(mdp, policy)))
    return bias_factor(mdp.discount, lam, steps=steps) * error
