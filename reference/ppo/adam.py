"""Adam, the optimiser that PPO's results were obtained with."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, sqrt, square
from ..domain import domain

__all__ = ["adam_steps"]


@domain(gradients="K ...", learning_rate="(-∞, ∞)", beta_1="[0, 1)", beta_2="[0, 1)", epsilon="(0, ∞)")
def adam_steps(gradients: Array, *, learning_rate: Scalar, beta_1: Scalar, beta_2: Scalar, epsilon: Scalar) -> Array:
    """Δ_k = −α m̂_k/(√v̂_k + ε) for the gradients g_1 … g_K, ``[K, ...]``, the changes of the parameters.

    m_k = β₁ m_{k−1} + (1−β₁) g_k, v_k = β₂ v_{k−1} + (1−β₂) g_k², from zero; m̂_k = m_k/(1−β₁ᵏ), v̂_k = v_k/(1−β₂ᵏ). The
    first step is −α g/(|g| + ε): its size does not depend on the gradient's. Kingma and Ba (2015), "Adam", algorithm 1.

    Raises
    ------
    ValueError: β outside [0, 1), or ε ≤ 0.
    """
    first, second, steps = 0 * gradients[0], 0 * gradients[0], []
    for k, gradient in enumerate(gradients, start=1):
        first = beta_1 * first + (1 - beta_1) * gradient
        second = beta_2 * second + (1 - beta_2) * square(gradient)
        corrected = first / (1 - beta_1**k), second / (1 - beta_2**k)
        steps.append(-learning_rate * corrected[0] / (sqrt(corrected[1]) + epsilon))
    return np.stack(steps)
