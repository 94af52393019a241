"""The critic of TRPO, fitted apart from the policy in one compiled call: epochs, minibatches, Adam.

What is made small is B⁻¹ Σ_i (V_φ(s_i) − y_i)², y_i = Â_i + V_old(s_i).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .adam import Adam, adam_step, global_norm
from .compilation import kept
from .matrix_product import aligned
from .mlp import MLP, ROWS, backward, forward, gather, output_gradient, transpose
from .ppo_loss import value_loss

__all__ = ["fit_critic"]

Floats = NDArray[np.float32]


def fit_critic(
    critic: MLP,
    parameters: Floats,
    adam: Adam,
    observations: Floats,
    returns: Floats,
    order: NDArray[np.int32],
    *,
    minibatch: int,
    learning_rate: float,
) -> float:
    """Change ``parameters`` by Adam on the mean squared error; epoch e visits the rows as ``order[e]`` says.

    The last minibatch of an epoch may be shorter. Returns the mean loss over the minibatches.

    Raises
    ------
    FloatingPointError: a gradient is no number; the parameters are those before that minibatch.
    """
    work, deltas, gradient = critic.workspace(), critic.workspace(), aligned(critic.size)
    loss = _fit(
        critic.layers, parameters, adam, observations, returns, order, minibatch, learning_rate,
        work, deltas, critic.transposed(), gradient,
    )  # fmt: skip
    if not np.isfinite(loss):
        raise FloatingPointError(
            "the critic's gradient is not finite: training stops with the parameters before it. Look for rewards or "
            "observations that are not finite or huge, or lower the learning rate"
        )
    return float(loss)


@kept
def _fit(
    layers: Any, parameters: Any, adam: Any, observations: Any, returns: Any, order: Any, minibatch: int, rate: float,
    work: Any, deltas: Any, transposed: Any, gradient: Any,
) -> Any:  # fmt: skip
    total, minibatches = 0.0, 0
    x = np.empty((ROWS, observations.shape[1]), np.float32)
    values, wanted, pulls = np.empty(ROWS, np.float32), np.empty(ROWS, np.float32), np.empty(ROWS, np.float32)
    for epoch in range(len(order)):
        for start in range(0, order.shape[1], minibatch):
            rows = order[epoch, start : start + minibatch]
            gradient[:] = 0
            transpose(layers, parameters, transposed)
            for first in range(0, rows.size, ROWS):
                block = rows[first : first + ROWS]
                size = block.size
                gather(observations, block, x)
                out = forward(layers, parameters, x[:size], work)
                for i in range(size):
                    values[i], wanted[i] = out[i, 0], returns[block[i]]
                total += value_loss(values[:size], values[:size], wanted[:size], np.inf, rows.size, pulls[:size])
                delta = output_gradient(layers, deltas, size)
                delta[:] = 0
                for i in range(size):
                    delta[i, 0] = pulls[i]
                backward(layers, x[:size], work, deltas, transposed, gradient)
            if not np.isfinite(global_norm(gradient)):
                return np.nan
            adam_step(parameters, gradient, adam, 1.0, rate, 0.9, 0.999, 1e-8)
            minibatches += 1
    return total / minibatches
