"""A network of one hidden layer: as the mean of a Gaussian policy, and as the logits of a softmax policy.

Its gradients are those of Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating errors".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain, require

__all__ = ["TwoLayerNetwork", "network_logit_gradient", "network_output", "network_score"]


@dataclass(frozen=True, eq=False)
class TwoLayerNetwork:
    """x ↦ W¹ h(W⁰ x) with ``inner[h, n]`` = W⁰, ``outer[m, h]`` = W¹, h = ``activation`` and h' = ``slope``.

    The activation acts entry by entry. A polynomial keeps rationals rational.
    """

    inner: Array
    outer: Array
    activation: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def __post_init__(self) -> None:
        """Refuse weights that do not fit, or are no numbers."""
        require(vars(self), inner="h n", outer="m h")

    @property
    def sizes(self) -> dict[str, int]:
        """n, h and m, by which domains know them."""
        return {"n": self.inner.shape[1], "h": len(self.inner), "m": len(self.outer)}


@domain(inputs="... n")
def network_output(network: TwoLayerNetwork, inputs: Array) -> Array:
    """W¹ h(W⁰ x), ``[..., m]``, of ``inputs[..., n]``."""
    return np.asarray(network.activation(inputs @ network.inner.T) @ network.outer.T)


@domain(state="n", action="m", variance="(0, ∞)")
def network_score(network: TwoLayerNetwork, state: Array, action: Array, *, variance: Scalar) -> tuple[Array, Array]:
    """The gradients of log π(u|x) by W⁰ ``[h, n]`` and by W¹ ``[m, h]`` for u ~ N(W¹h(W⁰x), σI), σ the variance.

    ∇_{W⁰} log π = σ⁻¹ (W¹ diag h'(W⁰x))ᵀ (u − W¹h(W⁰x)) xᵀ;  ∇_{W¹} log π = σ⁻¹ (u − W¹h(W⁰x)) h(W⁰x)ᵀ.
    Hu (2020), lecture 13.

    Raises
    ------
    ValueError: the variance is not positive.
    """
    before = network.inner @ state
    hidden, slope = network.activation(before), network.slope(before)
    error = (action - network.outer @ hidden) / variance
    return np.multiply.outer(slope * (network.outer.T @ error), state), np.multiply.outer(error, hidden)


@domain(features="A n")
def network_logit_gradient(network: TwoLayerNetwork, features: Array) -> Array:
    """∇f(s, a), ``[A, h n + h]``, first by W⁰ and then by W¹, of the logits f(s, a) = W¹ h(W⁰ φ(s, a)), m = 1.

    ``features[A, n]`` are φ(s, ·).

    Raises
    ------
    ValueError: the network has more than one output.
    """
    if len(network.outer) != 1:
        raise ValueError(f"the network has {len(network.outer)} outputs; a logit is one number")
    before = features @ network.inner.T
    inner = (network.outer[0] * network.slope(before))[:, :, None] * features[:, None, :]
    return np.concatenate([inner.reshape(len(features), -1), network.activation(before)], axis=1)
