"""The self-normalised importance estimator of TRPO's vine."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from .importance import importance_weights

__all__ = ["self_normalised", "self_normalised_limit", "self_normalised_logit_gradient"]


@domain(weights="K in [0, ∞)", values="K")
def self_normalised(weights: Array, values: Array) -> Scalar:
    """L = Σ_k w_k Q̂_k / Σ_k w_k for K sampled actions (Schulman et al., 2015, eq. 16).

    Raises
    ------
    ZeroDivisionError: every weight is 0, so that L is undefined: no sampled action is possible under the target.
    """
    w = np.asarray(weights)
    if not np.any(w):
        raise ZeroDivisionError("all importance weights are 0: the target gives none of the sampled actions a chance")
    return (w * values).sum() / w.sum()


@domain(target="A", denominator="A", sampling="A in Δ", action_values="A")
def self_normalised_limit(target: Array, denominator: Array, sampling: Array, action_values: Array) -> Scalar:
    """lim_{K→∞} L = E_q[(π/b) Q] / E_q[π/b] with weights π/b and actions from q, ``[A]`` each.

    Equals E_π Q for every Q iff b = q where π > 0, up to a factor. Owen (2013), "Monte Carlo theory, methods and
    examples", section 9.2.
    """
    weights = np.asarray(sampling) * importance_weights(target, denominator)
    return (weights * action_values).sum() / weights.sum()


@domain(policy="A in Δ", actions="K of A", weights="K in [0, ∞)", values="K")
def self_normalised_logit_gradient(policy: Array, actions: Array, weights: Array, values: Array) -> Array:
    """∂L/∂θ_b ``[A]`` for π = softmax(θ) and weights w_k ∝ π(a_k): Σ_k w_k (Q̂_k − L)(1[a_k = b] − π(b)) / Σ_k w_k."""
    pi, w = np.asarray(policy), np.asarray(weights)
    hits = (np.asarray(actions)[:, None] == np.arange(len(pi))).astype(int)
    advantage = w * (values - self_normalised(w, values))
    return np.asarray((advantage[:, None] * (hits - pi)).sum(axis=0) / w.sum())
