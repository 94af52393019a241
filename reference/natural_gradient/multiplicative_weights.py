"""The natural policy gradient of a tabular softmax: multiplicative weights at every state.

Agarwal, Kakade, Lee and Mahajan (2021), "On the theory of policy gradient methods", lemma 15, for v = η A^π/(1−γ).
"""

from __future__ import annotations

import numpy as np

from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, exp, log
from ..domain import domain
from ..kl.categorical import categorical_kl
from ..policy_evaluation import advantages
from ..tabular_mdp import TabularMDP

__all__ = ["log_normaliser", "natural_policy_gradient_update", "tilted_divergence", "tilted_policy"]


def tilted_policy(policy: Array, direction: Array) -> Array:
    """π⁺(a) = π(a) exp(v(a)) / Σ_b π(b) exp(v(b)), ``[..., A]``: what adding v to the logits makes of π.

    Raises
    ------
    InvalidPolicyError: a row of ``policy`` is no distribution.
    """
    weights = _weights(policy, direction)[0]
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def log_normaliser(policy: Array, direction: Array) -> Array:
    """Log Z = log Σ_a π(a) exp(v(a)), ``[...]``.

    Raises
    ------
    InvalidPolicyError: a row of ``policy`` is no distribution.
    """
    weights, _, top = _weights(policy, direction)
    return np.asarray(log(weights.sum(axis=-1)) + top[..., 0])


@domain(mdp="one", policy="one", step="(-∞, ∞)")
def natural_policy_gradient_update(mdp: TabularMDP, policy: Array, step: Scalar) -> Array:
    """π⁺(a|s) ∝ π(a|s) exp(η A^π(s, a) / (1−γ)), ``[S, A]``: θ + η F⁺∇J as a policy."""
    return tilted_policy(policy, step / (1 - mdp.discount) * advantages(mdp, policy))


def tilted_divergence(policy: Array, direction: Array) -> Array:
    """KL(π ‖ π⁺) = log Σ_a π(a) exp(v(a)) − Σ_a π(a) v(a) for the tilted policy π⁺, ``[...]``.

    Finite however far v reaches, also where a float or a ball of π⁺ is 0. In float64 steps of at most 1 go by
    ``categorical_kl``, since the formula cancels near 0.

    Raises
    ------
    InvalidPolicyError: a row of ``policy`` is no distribution.
    """
    weights, shifted, _ = _weights(policy, direction)
    divergence = np.asarray(log(weights.sum(axis=-1)) - (policy * shifted).sum(axis=-1))
    if arithmetic_of(divergence) is not Arithmetic.FLOAT:
        return divergence
    short = shifted.min(axis=-1) >= -1
    return np.where(short, categorical_kl(policy, tilted_policy(policy, direction)), divergence)


@domain(policy="... A in Δ", direction="... A")
def _weights(policy: Array, direction: Array) -> tuple[Array, Array, Array]:
    """π(a) exp(v(a) − top), v − top and top = max v over the support, at which v − top is 0 even for balls."""
    policy, direction = np.broadcast_arrays(policy, direction)
    below = np.minimum.reduce(direction, axis=-1, keepdims=True) - 1
    reachable = np.where(policy > 0, direction, below)
    best = np.argmax(reachable, axis=-1)[..., None]
    top = np.take_along_axis(reachable, best, axis=-1)
    shifted = np.where(policy > 0, direction - top, 0 * direction)
    np.put_along_axis(shifted, best, 0 * top, axis=-1)
    return np.asarray(policy * exp(shifted)), shifted, top
