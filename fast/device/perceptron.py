"""A multilayer perceptron in one flat tensor, on any device: forward, and the derivative from either side, by hand.

The layers, their order and their padding are those of `mlp`, which states the formulas; parameters move from one to
the other as they are. No autograd graph is built, so all of it can be captured in a CUDA graph.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..distributions import GAUSSIAN, Family
from ..matrix_product import padded
from ..mlp import MLP

__all__ = ["TensorPerceptron"]


class TensorPerceptron:
    """A perceptron whose output is the logits of a categorical, the mean of a diagonal Gaussian, or plain numbers.

    θ is one vector of ``size`` entries: the flat buffer of the `MLP`, followed for a Gaussian by log σ ``[D]``, padded.
    ``family`` None is a critic: ``outputs`` is one array ``[B, outputs]`` all the same. A model of ``trust_region``.
    """

    def __init__(self, network: MLP, family: Family | None) -> None:
        self.network, self.family = network, family
        self._layers = [tuple(map(int, row)) for row in self.network.layers]
        self.size = self.network.size + (padded(network.sizes[-1]) if family is GAUSSIAN else 0)

    def outputs(self, parameters: Tensor, inputs: Tensor) -> tuple[Tensor, ...]:
        """Logits ``[B, K]``, or mean and log σ, ``[B, D]`` both."""
        return self.linearise(parameters, inputs).outputs

    def linearise(self, parameters: Tensor, inputs: Tensor) -> _Linearised:
        """The same with its derivative."""
        return _Linearised(self, parameters, inputs)

    def layers(self, parameters: Tensor) -> list[tuple[Tensor, Tensor]]:
        """W_l ``[inputs, outputs]`` and b_l ``[outputs]`` of each layer, as views."""
        found = []
        for inputs, outputs, width, weights, bias, *_ in self._layers:
            matrix = parameters[weights : weights + inputs * width].view(inputs, width)
            found.append((matrix[:, :outputs], parameters[bias : bias + outputs]))
        return found

    def with_log_std(self, found: Tensor, parameters: Tensor) -> tuple[Tensor, ...]:
        """What the network returned, beside what lies behind its parameters, for every row."""
        if self.family is not GAUSSIAN:
            return (found,)
        return found, parameters[self.network.size :][: found.shape[1]].expand(found.shape)


class _Linearised:
    """J and Jᵀ at the parameters and inputs that it was made with."""

    def __init__(self, model: TensorPerceptron, parameters: Tensor, inputs: Tensor) -> None:
        self._model, self._layers = model, model.layers(parameters)
        self._below = [inputs]
        for weights, bias in self._layers[:-1]:
            self._below.append(torch.tanh(torch.addmm(bias, self._below[-1], weights)))
        weights, bias = self._layers[-1]
        self.outputs = model.with_log_std(torch.addmm(bias, self._below[-1], weights), parameters)

    def push(self, tangent: Tensor) -> tuple[Tensor, ...]:
        moved: Tensor | None = None
        directions = self._model.layers(tangent)
        for layer, ((weights, _), (turned, shifted)) in enumerate(zip(self._layers, directions, strict=True)):
            h = self._below[layer]
            z = torch.addmm(shifted, h, turned)
            if moved is not None:
                z = torch.addmm(z, moved * (1 - h * h), weights)
            moved = z
        assert moved is not None
        return self._model.with_log_std(moved, tangent)

    def pull(self, cotangents: tuple[Tensor, ...]) -> Tensor:
        delta, width = cotangents[0], cotangents[0].shape[1]
        gradient = torch.zeros(self._model.size, dtype=delta.dtype, device=delta.device)
        targets = self._model.layers(gradient)
        for layer in range(len(self._layers) - 1, -1, -1):
            h, (into_weights, into_bias) = self._below[layer], targets[layer]
            into_weights.copy_(h.T @ delta)
            into_bias.copy_(delta.sum(dim=0))
            if layer:
                delta = (delta @ self._layers[layer][0].T) * (1 - h * h)
        if len(cotangents) > 1:
            gradient[self._model.network.size :][:width].copy_(cotangents[1].sum(dim=0))
        return gradient
