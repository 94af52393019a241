"""A policy network on the CPU as a model of ``trust_region``: its outputs, and its derivative from either side.

With h_l the activations of `mlp` and a dot for a change along a direction (Ẇ, ḃ) of the parameters,

    ż_l = h_{l-1} Ẇ_l + ḃ_l + ḣ_{l-1} W_l,    ḣ_l = ż_l ⊙ (1 − h_l²),    ḣ_0 = 0.

J v is ż_L, and Jᵀ c is what `backward` makes of δ_L = c. Rows go through in blocks of `ROWS`; their activations are
kept for all of a batch, so that a product with the Fisher matrix computes no tanh.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compilation import kept
from .distributions import GAUSSIAN, Family
from .matrix_product import accumulate, affine, aligned, padded
from .mlp import MLP, ROWS, activations_of, backward, bias_of, forward, output_gradient, transpose, weights_of

__all__ = ["Perceptron"]

Floats = NDArray[np.float32]


class Perceptron:
    """A perceptron whose output is the logits of a categorical, or the mean of a diagonal Gaussian.

    θ is one float32 vector of ``size`` entries, the policy's part of an `ActorCritic`: the flat buffer of the `MLP`,
    followed for a Gaussian by log σ ``[D]``, which no observation changes, padded. Observations are ``[B, inputs]``,
    float32 and C-contiguous.
    """

    def __init__(self, network: MLP, family: Family) -> None:
        self.network, self.family = network, family
        self.size = network.size + (padded(network.sizes[-1]) if family is GAUSSIAN else 0)

    def outputs(self, parameters: Floats, inputs: Floats) -> tuple[Floats, ...]:
        """Logits ``[B, K]``, or mean and log σ, ``[B, D]`` both."""
        return self._forward(parameters, inputs, self.network.workspace()[None])

    def linearise(self, parameters: Floats, inputs: Floats) -> _Linearised:
        """The same with its derivative; 4 bytes an activation are kept."""
        blocks = -(-len(inputs) // ROWS)
        kept = aligned(blocks, self.network.workspace().size)
        return _Linearised(self, parameters, inputs, kept, self._forward(parameters, inputs, kept))

    def _forward(self, parameters: Floats, inputs: Floats, kept: Floats) -> tuple[Floats, ...]:
        found = np.empty((len(inputs), self.network.sizes[-1]), np.float32)
        _outputs(self.network.layers, parameters, inputs, kept, found)
        return self.with_log_std(found, parameters)

    def with_log_std(self, found: Floats, parameters: Floats) -> tuple[Floats, ...]:
        """What the network returned, beside what lies behind its parameters, for every row."""
        if self.family is not GAUSSIAN:
            return (found,)
        return found, np.broadcast_to(parameters[self.network.size :][: found.shape[1]], found.shape)


class _Linearised:
    """J and Jᵀ at the parameters and inputs that it was made with."""

    def __init__(
        self, model: Perceptron, parameters: Floats, inputs: Floats, kept: Floats, outputs: tuple[Floats, ...]
    ) -> None:
        self.outputs = outputs
        self._model, self._parameters, self._inputs, self._kept = model, parameters, inputs, kept
        self._scratch, self._transposed = model.network.workspace(), model.network.transposed()

    def push(self, tangent: Floats) -> tuple[Floats, ...]:
        found = np.empty_like(self.outputs[0])
        layers = self._model.network.layers
        _tangents(layers, self._parameters, tangent, self._inputs, self._kept, self._scratch, found)
        return self._model.with_log_std(found, tangent)

    def pull(self, cotangents: tuple[Floats, ...]) -> Floats:
        network, gradient = self._model.network, aligned(self._model.size)
        _gradient(
            network.layers, self._parameters, self._inputs, self._kept, cotangents[0],
            self._scratch, self._transposed, gradient,
        )  # fmt: skip
        if len(cotangents) > 1:
            gradient[network.size :][: network.sizes[-1]] = np.einsum("ij->j", cotangents[1])
        return gradient


@kept
def _outputs(layers: Any, parameters: Any, inputs: Any, kept: Any, found: Any) -> None:
    """The outputs of all rows; block b leaves its activations in row b of ``kept``, or of as many as there are."""
    for start in range(0, len(inputs), ROWS):
        rows = inputs[start : start + ROWS]
        block = forward(layers, parameters, rows, kept[start // ROWS % len(kept)])
        found[start : start + ROWS] = block[:, : found.shape[1]]


@kept
def _tangents(layers: Any, parameters: Any, tangent: Any, inputs: Any, kept: Any, scratch: Any, found: Any) -> None:
    """J v for all rows."""
    last = len(layers) - 1
    for start in range(0, len(inputs), ROWS):
        x, workspace = inputs[start : start + ROWS], kept[start // ROWS]
        rows = len(x)
        for layer in range(last + 1):
            z = activations_of(layers, scratch, layer, rows)
            weights, bias = weights_of(layers, tangent, layer), bias_of(layers, tangent, layer)
            if layer == 0:
                affine(x, weights, bias, z)
            else:
                inner = len(weights)
                affine(activations_of(layers, workspace, layer - 1, rows)[:, :inner], weights, bias, z)
                moved = activations_of(layers, scratch, layer - 1, rows)[:, :inner]
                accumulate(moved, weights_of(layers, parameters, layer), z)
            if layer < last:
                flat, h = z.reshape(z.size), activations_of(layers, workspace, layer, rows).reshape(z.size)
                for i in range(flat.size):
                    flat[i] *= np.float32(1) - h[i] * h[i]
        found[start : start + ROWS] = z[:, : found.shape[1]]


@kept
def _gradient(
    layers: Any, parameters: Any, inputs: Any, kept: Any, cotangent: Any, scratch: Any, transposed: Any, gradient: Any
) -> None:
    """Add Jᵀ c of all rows to ``gradient``."""
    transpose(layers, parameters, transposed)
    for start in range(0, len(inputs), ROWS):
        x = inputs[start : start + ROWS]
        delta = output_gradient(layers, scratch, len(x))
        delta[:] = 0
        delta[:, : cotangent.shape[1]] = cotangent[start : start + ROWS]
        backward(layers, x, kept[start // ROWS], scratch, transposed, gradient)
