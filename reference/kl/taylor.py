"""The divergence of a policy from its neighbours, to third order."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, arithmetic_of, exp, sqrt, square, unit
from ..domain import domain
from ..extrema import largest

__all__ = ["kl_gradient", "kl_hessian", "linear_scores", "quadratic_kl", "third_order_remainder", "tilt"]


@domain(policy="... S A in Δ", logit_change="... S A")
def tilt(policy: Array, logit_change: Array) -> Array:
    """π'(a|s) = π(a|s) e^Δ(s,a) / Σ_b π(b|s) e^Δ(s,b): logits moved by Δ, support kept; ``[..., S, A]``."""
    weights = policy * exp(logit_change)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@domain(policy="S A in Δ", features="S A n")
def linear_scores(policy: Array, features: Array) -> Array:
    """∇ ln π(a|s) = φ(s,a) − Σ_b π(b|s) φ(s,b) of logits with gradient φ: ``[S, A]``, ``[S, A, n]`` → ``[S, A, n]``.

    Sutton et al. (2000), section 2.
    """
    return np.asarray(features - np.einsum("sb,sbi->si", policy, features)[:, None])


@domain(weights="S in [0, ∞)", old="S A in Δ", new="S A in Δ", scores="S A n")
def kl_gradient(weights: Array, old: Array, new: Array, scores: Array) -> Array:
    """∇_θ Σ_s w(s) KL(π_old‖π_θ) = −Σ_s w(s) Σₐ π_old(a|s) ∇ ln π_θ(a|s), ``[n]``.

    ``scores`` are ∇ ln π_θ ``[S, A, n]`` at π_θ = ``new``; 0 where π_θ = π_old. Kakade (2002), section 2.

    Raises
    ------
    ValueError: π_θ gives no mass to an action that π_old takes in a state of positive weight, where the
        divergence is infinite and has no gradient.
    """
    if np.any((np.asarray(weights)[:, None] != 0) & (old != 0) & (new == 0)):
        raise ValueError("the divergence is infinite: an action of the old policy has probability 0 under the new one")
    return np.asarray(-np.einsum("s,sa,sai->i", weights, old, scores))


@domain(weights="S in [0, ∞)", policy="S A in Δ", scores="S A n")
def kl_hessian(weights: Array, policy: Array, scores: Array) -> Array:
    """∇²_θ Σ_s w(s) KL(π‖π_θ) at π_θ = π: Σ_s w(s) Σₐ π(a|s) ∇ ln π(a|s) ∇ ln π(a|s)ᵀ, ``[n, n]``.

    The Fisher information under w, whatever the second derivatives of the logits: Σₐ ∇² π = 0. Kullback (1959),
    chapter 2, eq. 6.4.
    """
    return np.asarray(np.einsum("s,sa,sai,saj->ij", weights, policy, scores, scores))


@domain(weights="S in [0, ∞)", policy="S A in Δ", logit_change="S A")
def quadratic_kl(weights: Array, policy: Array, logit_change: Array) -> Scalar:
    """½ Δᵀ F Δ = ½ Σ_s w(s) Var_{a ~ π(·|s)} Δ(s, a), the second-order term of Σ_s w(s) KL(π‖tilt(π, Δ)).

    Kullback (1959), chapter 2, section 6.
    """
    centred = logit_change - (policy * logit_change).sum(axis=-1, keepdims=True)
    return (weights * (policy * square(centred)).sum(axis=-1)).sum(axis=-1) / 2


@domain(weights="... S in [0, ∞)", logit_change="... S A")
def third_order_remainder(weights: Array, logit_change: Array) -> Scalar:
    """|Σ_s w(s) KL(π‖tilt(π, Δ)) − ½ Δᵀ F Δ| ≤ Σ_s w(s) R(s)³ / (36√3), R(s) = maxₐ Δ(s, a) − minₐ Δ(s, a).

    The third derivative of t ↦ KL(π‖tilt(π, tΔ)) is the third central moment of Δ under the tilted policy, at most
    R³/(6√3) for a variable of range R: that of a Bernoulli variable of mean (3 − √3)/6 (elementary).
    """
    span = largest(logit_change) + largest(-logit_change)
    return (weights * span**3).sum(axis=-1) / (36 * sqrt(np.asarray(3 * unit(arithmetic_of(logit_change)))))
