"""The update of TRPO, for any differentiable policy: gradient, Fisher products, natural gradient step, line search.

Schulman, Levine, Moritz, Jordan, Abbeel (2015), "Trust region policy optimization", arXiv:1502.05477, appendix C.

A policy is a ``Model`` that maps parameters θ to the parameters of a distribution, row by row, and a ``Family`` of
distributions. A table of logits and a neural network are both models, and share every line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from array_api_compat import array_namespace

from .conjugate_gradient import conjugate_gradient
from .distributions import Array, Family

__all__ = ["Linearisation", "Model", "Step", "TrustRegion", "TrustRegionProblem", "fisher_vector_product"]


class Linearisation(Protocol):
    """A model at one θ on one batch: what it returned, and its derivative J applied from either side."""

    @property
    def outputs(self) -> tuple[Array, ...]:
        """One array ``[B, ·]`` for each parameter of the family."""

    def push(self, tangent: Array) -> tuple[Array, ...]:
        """J v: the change of the outputs, each ``[B, ·]``, along a change v of θ."""

    def pull(self, cotangents: tuple[Array, ...]) -> Array:
        """Jᵀ c: the gradient in θ of Σ c · outputs."""


class Model(Protocol):
    """A policy's parameters θ, of any one shape, to the parameters of its distributions."""

    def outputs(self, parameters: Array, inputs: Array) -> tuple[Array, ...]:
        """One array ``[B, ·]`` for each parameter of the family."""

    def linearise(self, parameters: Array, inputs: Array) -> Linearisation:
        """The outputs with their derivative."""


@dataclass(frozen=True)
class TrustRegion:
    """How far a step may go, and how it is found.

    Attributes
    ----------
    max_kl : δ, the largest mean KL divergence of the new policy from the old one.
    damping : c; the step solves (F + c I) x = g.
    iterations : steps of conjugate gradients.
    backtrack_factor : β in (0, 1); trial j is β^j of the full step.
    backtrack_steps : the number of trials.
    """

    max_kl: float = 0.01
    damping: float = 0.1
    iterations: int = 15
    backtrack_factor: float = 0.8
    backtrack_steps: int = 10


@dataclass(frozen=True)
class Step:
    """Where a line search ended.

    Attributes
    ----------
    parameters : θ', or θ itself where no trial was accepted.
    scale : β^j of the accepted trial, or 0.
    kl : mean KL(π_θ ‖ π_θ') of it.
    gain : mean (ρ − 1) Â of it.
    slope : gᵀx, the squared length of g in the norm of (F + c I)⁻¹; NaN where the gradient is no number.
    """

    parameters: Array
    scale: float
    kl: float
    gain: float
    slope: float


def fisher_vector_product(family: Family, here: Linearisation, *, damping: float) -> Callable[[Array], Array]:
    """V ↦ (F + c I) v, F = B⁻¹ Σ_i J_iᵀ M_i J_i with M_i the Fisher information of row i's distribution.

    The Gauss–Newton form of the Hessian of mean KL(π_θ ‖ ·) at θ, where it is exact: the divergence is flat there.
    """
    metric, rows = family.fisher(*here.outputs), here.outputs[0].shape[0]

    def product(vector: Array) -> Array:
        images = metric(*here.push(vector / rows))
        return here.pull(images) + damping * vector

    return product


class TrustRegionProblem:
    """Maximise mean ρ_i Â_i under mean KL(π_θ ‖ π_θ') ≤ δ, both means over the rows of a batch.

    ``advantages[B]`` are used as given; ``inputs`` and ``actions`` have one row for each.
    """

    def __init__(
        self, model: Model, family: Family, parameters: Array, inputs: Array, actions: Array, advantages: Array
    ) -> None:
        self.model, self.family, self.parameters = model, family, parameters
        self.inputs, self.actions, self.advantages = inputs, actions, advantages
        self._here = model.linearise(parameters, inputs)
        self._log_probs = family.log_prob(*self._here.outputs, actions)

    def gradient(self) -> Array:
        """B⁻¹ Σ_i Â_i ∇ log π(a_i | s_i), the g of the problem."""
        weights = (self.advantages / len(self.advantages))[:, None]
        scores = self.family.score(*self._here.outputs, self.actions)
        return self._here.pull(tuple(weights * score for score in scores))

    def natural_gradient_step(self, region: TrustRegion) -> tuple[Array, Array]:
        """√(2δ / gᵀx) x with (F + c I) x = g, by conjugate gradients, and gᵀx; zeros where g = 0.

        gᵀx is xᵀ(F + c I)x: every iterate of the method is perpendicular to its residual.
        """
        gradient = self.gradient()
        xp = array_namespace(gradient)
        x = conjugate_gradient(
            fisher_vector_product(self.family, self._here, damping=region.damping),
            gradient,
            iterations=region.iterations,
        )
        slope = xp.sum(gradient * x)
        return xp.where(slope > 0, xp.sqrt(2 * region.max_kl / xp.where(slope > 0, slope, 1)), 0) * x, slope

    def surrogate(self, parameters: Array) -> Array:
        """Mean ρ Â."""
        xp = array_namespace(parameters)
        log_ratio = self._log_ratio(self.model.outputs(parameters, self.inputs))
        return xp.mean(xp.exp(log_ratio) * self.advantages)

    def gain_and_kl(self, parameters: Array) -> tuple[Array, Array]:
        """Mean (ρ − 1) Â, the gain of the surrogate without the rounding of a difference, and mean KL(π_θ ‖ π_θ')."""
        outputs = self.model.outputs(parameters, self.inputs)
        xp = array_namespace(parameters)
        gains = xp.expm1(self._log_ratio(outputs)) * self.advantages
        return xp.mean(gains), xp.mean(self.family.kl(*self._here.outputs, *outputs))

    def _log_ratio(self, outputs: tuple[Array, ...]) -> Array:
        return self.family.log_prob(*outputs, self.actions) - self._log_probs

    def step(self, region: TrustRegion) -> Step:
        """The first of θ + β^j d, j = 0, 1, …, with mean KL ≤ δ and a surrogate no worse than before.

        A trial whose divergence or gain is no number is refused. The accepted trial is the only number that a device
        is asked for, one question a trial; the first is accepted as a rule.
        """
        full, along = self.natural_gradient_step(region)
        slope = float(along)
        for trial in range(region.backtrack_steps):
            scale = region.backtrack_factor**trial
            parameters = self.parameters + scale * full
            gain, kl = map(float, self.gain_and_kl(parameters))
            if kl <= region.max_kl and gain >= 0:
                return Step(parameters, scale, kl, gain, slope)
        return Step(self.parameters, 0.0, 0.0, 0.0, slope)
