"""Scores: how the log-probability of each action moves with the parameters."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, arithmetic_of, convert
from ..domain import domain

__all__ = ["log_linear_scores", "softmax_scores"]


@domain(policy="... A in Δ", features="k ...")
def log_linear_scores(policy: Array, features: Array) -> Array:
    """∇_θ log π(a|s) = φ(s, a) − Σ_b π(b|s) φ(s, b), ``[..., A, n]``, for π(a|s) ∝ exp(θᵀφ(s, a)).

    ``features[..., A, n]`` is φ. Wherever π is rational, so are its scores. Kakade (2001), "A natural policy
    gradient", section 3.

    Raises
    ------
    InvalidPolicyError: a row of ``policy`` is no distribution.
    ValueError: the axes before the last of ``features`` are not those of ``policy``.
    """
    if features.shape[:-1] != policy.shape:
        raise ValueError(f"features have shape {features.shape}; this policy needs [*{policy.shape}, n]")
    return np.asarray(features - (policy[..., None] * features).sum(axis=-2, keepdims=True))


@domain(policy="S A in Δ")
def softmax_scores(policy: Array) -> Array:
    """∂ log π(a|s) / ∂θ(s', b) = 1[s = s'] (1[a = b] − π(b|s)), ``[S, A, S·A]``, for a table of logits θ.

    Agarwal, Kakade, Lee and Mahajan (2021), "On the theory of policy gradient methods", proof of lemma C.1.
    """
    states, actions = policy.shape
    indicators = np.eye(states * actions, dtype=int).reshape(states, actions, states * actions)
    return log_linear_scores(policy, convert(indicators, arithmetic_of(policy)))
