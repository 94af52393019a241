"""The tabular softmax policy π(a|s) ∝ exp θ(s, a), and its updates on a batch of (state, action, advantage) rows.

Every function takes ``logits[S, A]`` and columns ``[B]`` as NumPy arrays or tensors; expectations are means over the
rows, repetitions counted, and advantages are used as given. The policy is one more model of ``trust_region``.
"""

from __future__ import annotations

from dataclasses import dataclass

from array_api_compat import array_namespace

from .distributions import CATEGORICAL, Array
from .trust_region import TrustRegion, TrustRegionProblem
from .trust_region import fisher_vector_product as curvature_product

__all__ = [
    "TABLE",
    "fisher_vector_product",
    "mean_kl",
    "natural_gradient_step",
    "policy_gradient",
    "surrogate",
    "trpo_step",
]


@dataclass(frozen=True)
class _Rows:
    """θ ↦ θ[states], which is linear; Jᵀ adds up rows of one state, as a product with their indicators."""

    outputs: tuple[Array, ...]
    states: Array
    count: int

    def push(self, tangent: Array) -> tuple[Array, ...]:
        return (array_namespace(tangent).take(tangent, self.states, axis=0),)

    def pull(self, cotangents: tuple[Array, ...]) -> Array:
        (cotangent,) = cotangents
        xp = array_namespace(cotangent)
        every = xp.arange(self.count, device=cotangent.device)
        return xp.astype(every[:, None] == self.states[None, :], cotangent.dtype) @ cotangent


class _Table:
    """The model: a row of logits for each state."""

    def outputs(self, parameters: Array, inputs: Array) -> tuple[Array, ...]:
        return (array_namespace(parameters).take(parameters, inputs, axis=0),)

    def linearise(self, parameters: Array, inputs: Array) -> _Rows:
        return _Rows(self.outputs(parameters, inputs), inputs, len(parameters))


TABLE = _Table()


def policy_gradient(logits: Array, states: Array, actions: Array, advantages: Array) -> Array:
    """∇_θ B⁻¹ Σ_i Â_i log π(a_i | s_i), ``[S, A]``."""
    return _problem(logits, states, actions, advantages).gradient()


def surrogate(logits: Array, old_logits: Array, states: Array, actions: Array, advantages: Array) -> Array:
    """B⁻¹ Σ_i ρ_i Â_i, ρ = π / π_old."""
    return _problem(old_logits, states, actions, advantages).surrogate(logits)


def mean_kl(old_logits: Array, logits: Array, states: Array) -> Array:
    """B⁻¹ Σ_i KL(π_old(·|s_i) ‖ π(·|s_i))."""
    (old,), (new,) = TABLE.outputs(old_logits, states), TABLE.outputs(logits, states)
    return array_namespace(old).mean(CATEGORICAL.kl(old, new))


def fisher_vector_product(logits: Array, states: Array, vector: Array, *, damping: float) -> Array:
    """(F + c I) v, ``[S, A]``, F the Hessian of ``mean_kl`` in its second argument at equality."""
    return curvature_product(CATEGORICAL, TABLE.linearise(logits, states), damping=damping)(vector)


def natural_gradient_step(
    logits: Array, states: Array, actions: Array, advantages: Array, region: TrustRegion
) -> Array:
    """θ + √(2δ / gᵀx) x with (F + c I) x = g."""
    return logits + _problem(logits, states, actions, advantages).natural_gradient_step(region)[0]


def trpo_step(logits: Array, states: Array, actions: Array, advantages: Array, region: TrustRegion) -> Array:
    """The same, shortened until mean KL ≤ δ and the surrogate is not worse; θ itself where no trial is accepted."""
    return _problem(logits, states, actions, advantages).step(region).parameters


def _problem(logits: Array, states: Array, actions: Array, advantages: Array) -> TrustRegionProblem:
    return TrustRegionProblem(TABLE, CATEGORICAL, logits, states, actions, advantages)
