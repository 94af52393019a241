"""The distributions that policies choose from: log-density, entropy, divergence, score and Fisher information.

One row, one distribution: ``[B, K]`` or ``[B, D]`` in, ``[B]`` out, in nats. Written over the array API standard, so
that NumPy arrays and PyTorch tensors, on any device, run the same lines in their own dtype.

A ``Family`` is what an agent needs of a distribution. Its parameters are the outputs of a policy: ``(logits,)`` or
``(mean, log_std)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log, pi
from typing import Any, TypeAlias

from array_api_compat import array_namespace

__all__ = [
    "CATEGORICAL",
    "GAUSSIAN",
    "Array",
    "Family",
    "categorical_entropy",
    "categorical_kl",
    "categorical_log_prob",
    "gaussian_entropy",
    "gaussian_kl",
    "gaussian_log_prob",
    "log_softmax",
    "squashed_gaussian_log_prob",
]

Array: TypeAlias = Any
"""A NumPy array or a PyTorch tensor."""

LOG_2PI = log(2 * pi)


def log_softmax(logits: Array) -> Array:
    """Log π(a) = (θ_a − M) − log Σ_b exp(θ_b − M), M = max θ, along the last axis; finite for all finite logits."""
    xp = array_namespace(logits)
    shifted = logits - xp.max(logits, axis=-1, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))


def categorical_log_prob(logits: Array, actions: Array) -> Array:
    """Log π(a_i | i): logits ``[B, K]``, actions ``[B]`` in 0 … K−1."""
    return array_namespace(logits).take_along_axis(log_softmax(logits), actions[:, None], axis=-1)[:, 0]


def categorical_entropy(logits: Array) -> Array:
    """−Σ_a π(a) log π(a)."""
    xp, log_probs = array_namespace(logits), log_softmax(logits)
    return -xp.sum(xp.exp(log_probs) * log_probs, axis=-1)


def categorical_kl(logits_p: Array, logits_q: Array) -> Array:
    """KL(p ‖ q) = Σ_a p(a) (log p(a) − log q(a))."""
    xp, log_p = array_namespace(logits_p), log_softmax(logits_p)
    return xp.sum(xp.exp(log_p) * (log_p - log_softmax(logits_q)), axis=-1)


def categorical_score(logits: Array, actions: Array) -> tuple[Array]:
    """∂ log π(a_i) / ∂θ_b = 1[a_i = b] − π(b), ``[B, K]``."""
    xp, probs = array_namespace(logits), _probs(logits)
    taken = actions[:, None] == xp.arange(logits.shape[1], device=logits.device)[None, :]
    return (xp.astype(taken, probs.dtype) - probs,)


def categorical_entropy_gradient(logits: Array) -> tuple[Array]:
    """∂H / ∂θ_b = −π(b) (log π(b) + H), ``[B, K]``."""
    xp, log_probs = array_namespace(logits), log_softmax(logits)
    probs = xp.exp(log_probs)
    return (probs * (xp.sum(probs * log_probs, axis=-1, keepdims=True) - log_probs),)


def categorical_fisher(logits: Array) -> Callable[[Array], tuple[Array]]:
    """V ↦ (diag π − π πᵀ) v = π (v − πᵀv), ``[B, K]``: the curvature of KL(π ‖ ·) in the logits."""
    xp, probs = array_namespace(logits), _probs(logits)

    def product(tangent: Array) -> tuple[Array]:
        return (probs * (tangent - xp.sum(probs * tangent, axis=-1, keepdims=True)),)

    return product


def _probs(logits: Array) -> Array:
    return array_namespace(logits).exp(log_softmax(logits))


def gaussian_log_prob(mean: Array, log_std: Array, actions: Array) -> Array:
    """Log N(a; μ, diag σ²) = −Σ_d (½ z_d² + log σ_d + ½ log 2π), z = (a − μ)/σ."""
    xp = array_namespace(mean)
    z = (actions - mean) * xp.exp(-log_std)
    return -xp.sum(z * z / 2 + log_std + LOG_2PI / 2, axis=-1)


def gaussian_entropy(mean: Array, log_std: Array) -> Array:
    """Σ_d (log σ_d + ½ log 2πe); the mean gives the number of rows."""
    xp = array_namespace(mean)
    return xp.sum(xp.broadcast_to(log_std, mean.shape) + (LOG_2PI + 1) / 2, axis=-1)


def gaussian_kl(mean_p: Array, log_std_p: Array, mean_q: Array, log_std_q: Array) -> Array:
    """KL(p ‖ q) = ½ Σ_d (e^x − 1 − x + t²), x = 2 (log σ_p − log σ_q), t = (μ_p − μ_q)/σ_q; no term is negative."""
    xp = array_namespace(mean_p)
    x, t = 2 * (log_std_p - log_std_q), (mean_p - mean_q) * xp.exp(-log_std_q)
    return xp.sum(xp.expm1(x) - x + t * t, axis=-1) / 2


def gaussian_score(mean: Array, log_std: Array, actions: Array) -> tuple[Array, Array]:
    """∂ log N(a) / ∂μ = z/σ and ∂ log N(a) / ∂ log σ = z² − 1, both ``[B, D]``."""
    inverse = array_namespace(mean).exp(-log_std)
    z = (actions - mean) * inverse
    return z * inverse, z * z - 1


def gaussian_entropy_gradient(mean: Array, log_std: Array) -> tuple[Array, Array]:
    """∂H / ∂μ = 0 and ∂H / ∂ log σ = 1, both ``[B, D]``."""
    xp = array_namespace(mean)
    return xp.zeros_like(mean), xp.ones_like(log_std)


def gaussian_fisher(mean: Array, log_std: Array) -> Callable[[Array, Array], tuple[Array, Array]]:
    """(μ̇, log σ̇) ↦ (μ̇/σ², 2 log σ̇), both ``[B, D]``: the curvature of KL(N ‖ ·) in μ and log σ."""
    precision = array_namespace(mean).exp(-2 * log_std)

    def product(mean_tangent: Array, log_std_tangent: Array) -> tuple[Array, Array]:
        return mean_tangent * precision, 2 * log_std_tangent

    return product


def squashed_gaussian_log_prob(mean: Array, log_std: Array, actions: Array) -> Array:
    """Log π(a) = log N(u; μ, σ²) − Σ_d log(1 − a_d²), a = tanh u strictly inside (−1, 1).

    Haarnoja, Zhou, Abbeel, Levine (2018), "Soft actor-critic", arXiv:1801.01290, appendix C, equation 21, without the
    customary ε: log(1 − a²) = log1p(a) + log1p(−a) is exact to a few units in the last place up to the edge.
    """
    xp = array_namespace(actions)
    slope = xp.sum(xp.log1p(actions) + xp.log1p(-actions), axis=-1)
    return gaussian_log_prob(mean, log_std, xp.atanh(actions)) - slope


@dataclass(frozen=True)
class Family:
    """What an agent needs of a distribution; ``*outputs`` are the parameters, one array or two.

    Attributes
    ----------
    log_prob : ``(*outputs, actions) -> [B]``.
    entropy : ``(*outputs) -> [B]``.
    kl : ``(*outputs_p, *outputs_q) -> [B]``, KL(p ‖ q).
    score : ``(*outputs, actions)`` → the gradient of log_prob in each output.
    entropy_gradient : ``(*outputs)`` → the gradient of entropy in each output.
    fisher : ``(*outputs)`` → a function of tangents: the Fisher information of each row times its tangent.
    """

    log_prob: Callable[..., Array]
    entropy: Callable[..., Array]
    kl: Callable[..., Array]
    score: Callable[..., tuple[Array, ...]]
    entropy_gradient: Callable[..., tuple[Array, ...]]
    fisher: Callable[..., Callable[..., tuple[Array, ...]]]


CATEGORICAL = Family(
    categorical_log_prob,
    categorical_entropy,
    categorical_kl,
    categorical_score,
    categorical_entropy_gradient,
    categorical_fisher,
)
GAUSSIAN = Family(
    gaussian_log_prob, gaussian_entropy, gaussian_kl, gaussian_score, gaussian_entropy_gradient, gaussian_fisher
)
