"""Scores of softmax policies."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..domain import domain
from ..softmax import softmax

__all__ = ["softmax_jacobian", "softmax_linear_policy", "softmax_score"]


@domain(parameters="D", features="... D")
def softmax_linear_policy(parameters: Array, features: Array) -> Array:
    """π_θ(a|s) ∝ exp(θᵀφ(s, a)), ``[..., A]``, of ``parameters[D]`` and ``features[..., A, D]``.

    Sutton and Barto (2018), eq. 13.2 and 13.3.
    """
    return softmax(np.asarray(features) @ np.asarray(parameters))


@domain(policy="... A in Δ", logit_gradient="k ...")
def softmax_score(policy: Array, logit_gradient: Array) -> Array:
    """∇log π(a|s) = ∇f(s, a) − Σ_b π(b|s) ∇f(s, b) for π ∝ exp f, ``[..., A, D]``.

    ``logit_gradient[..., A, D]`` is ∇f; φ where f = θᵀφ (Agarwal, Jiang, Kakade and Sun, 2019, section 11.1). Only π
    is needed, not θ: with rational probabilities the score is exact.

    Raises
    ------
    InvalidPolicyError: a row of ``policy`` is no distribution.
    ValueError: the shapes do not fit.
    """
    table, gradient = np.asarray(policy), np.asarray(logit_gradient)
    if gradient.shape[:-1] != table.shape:
        raise ValueError(f"logit_gradient has shape {gradient.shape}; this policy needs [*{table.shape}, D]")
    return np.asarray(gradient - (table[..., None] * gradient).sum(axis=-2, keepdims=True))


def softmax_jacobian(policy: Array, logit_gradient: Array) -> Array:
    """∇π(a|s) = Σ_b π(a|s)(1[a = b] − π(b|s)) ∇f(s, b), ``[..., A, D]``, for π ∝ exp f.

    Bishop (2006), "Pattern recognition and machine learning", section 4.3.4.

    Raises
    ------
    ValueError, InvalidPolicyError: as ``softmax_score``.
    """
    return np.asarray(np.asarray(policy)[..., None] * softmax_score(policy, logit_gradient))
