"""Adam over one flat tensor, decided on the device: a step that may not be taken changes nothing.

    m ← β₁ m + (1 − β₁) g,    v ← β₂ v + (1 − β₂) g²,    θ ← θ − α (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε)

Kingma, Ba (2015), "Adam: a method for stochastic optimization", arXiv:1412.6980, algorithm 1.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["TensorAdam"]


class TensorAdam:
    """The moments m and v, as long as the parameters, and the number of steps taken, float64 without axes."""

    def __init__(self, parameters: Tensor, *, beta1: float, beta2: float, epsilon: float) -> None:
        self.parameters, self.beta1, self.beta2, self.epsilon = parameters, beta1, beta2, epsilon
        self.first, self.second = torch.zeros_like(parameters), torch.zeros_like(parameters)
        self.steps = torch.zeros((), dtype=torch.float64, device=parameters.device)

    @property
    def state(self) -> list[Tensor]:
        """All that a step changes."""
        return [self.parameters, self.first, self.second, self.steps]

    def step(self, gradient: Tensor, rate: Tensor, taken: Tensor) -> None:
        """One step along −``gradient`` where ``taken``, a flag on the device, is true."""
        steps = self.steps + 1
        first = self.beta1 * self.first + (1 - self.beta1) * gradient
        second = self.beta2 * self.second + (1 - self.beta2) * gradient * gradient
        root = torch.sqrt(second / (1 - self.beta2**steps).to(second.dtype)) + self.epsilon
        moved = self.parameters - rate * (first / (1 - self.beta1**steps).to(first.dtype)) / root
        for old, new in zip(self.state, (moved, first, second, steps), strict=True):
            old.copy_(torch.where(taken, new, old))
