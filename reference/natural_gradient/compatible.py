"""Compatible function approximation: the natural gradient as a regression on the scores."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..fisher.information import fisher_information
from .pseudo_inverse import minimum_norm_solution

__all__ = ["compatible_loss", "compatible_weights"]


@domain(weights="S in [0, ∞)", policy="S A in Δ", scores="S A n", advantages="S A")
def compatible_weights(weights: Array, policy: Array, scores: Array, advantages: Array) -> Array:
    """w* = argmin_w E_{s~d, a~π}[(wᵀ∇log π(a|s) − A(s, a))²], the shortest of them, ``[n]``.

    The normal equations are F w = E[∇log π A]; for A = A^π the right side is (1−γ) ∇J, and w*/(1−γ) is the natural
    gradient. Sutton, McAllester, Singh and Mansour (2000), theorem 2; Kakade (2001), theorem 1.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    TypeError: the numbers are not rational.
    """
    fisher = fisher_information(weights, policy, scores)
    right = ((weights[:, None] * policy * advantages)[..., None] * scores).sum(axis=(0, 1))
    return minimum_norm_solution(fisher, right)


@domain(weights="S in [0, ∞)", policy="S A in Δ", scores="S A n", advantages="S A", w="n")
def compatible_loss(weights: Array, policy: Array, scores: Array, advantages: Array, w: Array) -> Scalar:
    """E_{s~d, a~π}[(wᵀ∇log π(a|s) − A(s, a))²] (Kakade, 2001, theorem 1, there with Q for A)."""
    residual = scores @ w - advantages
    return (weights[:, None] * policy * residual * residual).sum()
