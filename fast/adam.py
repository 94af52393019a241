"""Adam with clipping of the gradient by its global norm, over flat float32 buffers; compiled.

    g ← g min(1, c/‖g‖)
    m ← β₁ m + (1 − β₁) g,    v ← β₂ v + (1 − β₂) g²
    θ ← θ − α (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε)

Kingma, Ba (2015), "Adam: a method for stochastic optimization", arXiv:1412.6980, algorithm 1.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .compilation import compiled
from .matrix_product import aligned

__all__ = ["Adam", "adam_step", "global_norm"]

_summed: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(nogil=True, fastmath={"reassoc", "contract"})
_f = np.float32


class Adam(NamedTuple):
    """The moments m and v, as long as the parameters, and the number of steps taken so far, [1]."""

    first: NDArray[np.float32]
    second: NDArray[np.float32]
    steps: NDArray[np.int64]

    @classmethod
    def zeros(cls, size: int) -> "Adam":
        """Before the first step."""
        return cls(aligned(size), aligned(size), np.zeros(1, np.int64))


@_summed
def global_norm(gradient: Any) -> Any:
    """‖g‖₂, summed in float64."""
    total = 0.0
    for i in range(gradient.size):
        total += np.float64(gradient[i]) * np.float64(gradient[i])
    return np.sqrt(total)


@compiled
def adam_step(
    parameters: Any, gradient: Any, adam: Any, scale: float, rate: float, beta1: float, beta2: float, epsilon: float
) -> None:
    """One step along −`scale`·`gradient`."""
    adam.steps[0] += 1
    t = np.float64(adam.steps[0])
    first, second = adam.first, adam.second
    step, root = _f(rate / (1 - beta1**t)), _f(1 / np.sqrt(1 - beta2**t))
    b1, b2, c1, c2, e, s = _f(beta1), _f(beta2), _f(1 - beta1), _f(1 - beta2), _f(epsilon), _f(scale)
    for i in range(parameters.size):
        g = s * gradient[i]
        m = b1 * first[i] + c1 * g
        v = b2 * second[i] + c2 * g * g
        first[i], second[i] = m, v
        parameters[i] -= step * m / (np.sqrt(v) * root + e)
