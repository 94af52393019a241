"""From the outputs of a policy network to log-probabilities, entropies, actions, and back to gradients; compiled.

Categorical: π = softmax(z). Diagonal Gaussian: a = μ + σ ⊙ ε, with log σ a parameter that does not depend on the state.
An action is a row of float32, [D]; an index is a row of one whole number.

The forward functions leave in `kept` [rows, ·] what the gradient needs (π, or the standardised action), so that no
exponential is computed twice; `pulls[i]` is ∂loss/∂ log π(a_i), and the entropy bonus adds −c H/count to the loss.
"""

from math import log as scalar_log
from math import pi
from typing import Any

import numpy as np

from .compilation import compiled
from .elementary import exp, log

__all__ = ["categorical", "categorical_gradient", "choose", "gaussian", "gaussian_gradient", "perturb"]

_f = np.float32
_ZERO, _HALF, _ONE = _f(0), _f(0.5), _f(1)
_HALF_LOG_2PI = _f(scalar_log(2 * pi) / 2)


@compiled
def softmax(logits: Any, choices: int, kept: Any) -> None:
    """Log π(a) = (z_a − max z) − log Σ exp(z_b − max z) in place of the logits, and π in `kept`."""
    for i in range(len(logits)):
        largest = logits[i, 0]
        for j in range(1, choices):
            largest = max(largest, logits[i, j])
        total = _ZERO
        for j in range(choices):
            logits[i, j] -= largest
            kept[i, j] = exp(logits[i, j])
            total += kept[i, j]
        shift, scale = log(total), _ONE / total
        for j in range(choices):
            logits[i, j] -= shift
            kept[i, j] *= scale


@compiled
def categorical(logits: Any, choices: int, actions: Any, kept: Any, log_probs: Any) -> Any:
    """Write log π(a_i); logits become log π, `kept` π. Returns the sum of the entropies −Σ_a π(a) log π(a)."""
    softmax(logits, choices, kept)
    entropy = 0.0
    for i in range(len(logits)):
        log_probs[i] = logits[i, np.int64(actions[i, 0])]
        for j in range(choices):
            entropy -= kept[i, j] * logits[i, j]
    return entropy


@compiled
def categorical_gradient(
    logits: Any, choices: int, actions: Any, pulls: Any, bonus: float, count: int, kept: Any
) -> None:
    """`kept` becomes ∂loss/∂z: pull (1[b = a] − π(b)) + c/count π(b) (log π(b) + H); `logits` holds log π."""
    weight = _f(bonus) / _f(count)
    for i in range(len(logits)):
        entropy = _ZERO
        for j in range(choices):
            entropy -= kept[i, j] * logits[i, j]
        for j in range(choices):
            kept[i, j] *= weight * (logits[i, j] + entropy) - pulls[i]
        kept[i, np.int64(actions[i, 0])] += pulls[i]
        for j in range(choices, kept.shape[1]):
            kept[i, j] = _ZERO


@compiled
def choose(logits: Any, choices: int, uniforms: Any, kept: Any, actions: Any, log_probs: Any) -> None:
    """Draw actions by inverting the distribution function at `uniforms` in [0, 1); probability 0 is never drawn."""
    softmax(logits, choices, kept)
    for i in range(len(logits)):
        below, action = _ZERO, 0
        for j in range(choices):
            if kept[i, j] > _ZERO and uniforms[i, 0] >= below:
                action = j
            below += kept[i, j]
        actions[i, 0] = action
        log_probs[i] = logits[i, action]


@compiled
def gaussian(mean: Any, log_std: Any, actions: Any, kept: Any, log_probs: Any) -> Any:
    """Write −Σ_d (½ z_d² + log σ_d + ½ log 2π), z = (a − μ)/σ; `kept` becomes z. Returns the sum of the entropies."""
    constant, dimensions = _ZERO, actions.shape[1]
    for j in range(dimensions):
        constant += log_std[j] + _HALF_LOG_2PI
    for i in range(len(mean)):
        squares = _ZERO
        for j in range(dimensions):
            z = (actions[i, j] - mean[i, j]) * exp(-log_std[j])
            kept[i, j] = z
            squares += z * z
        log_probs[i] = -(_HALF * squares + constant)
    return len(mean) * (np.float64(constant) + dimensions / 2)


@compiled
def gaussian_gradient(
    log_std: Any, pulls: Any, bonus: float, count: int, dimensions: int, kept: Any, log_std_gradient: Any
) -> None:
    """`kept` becomes ∂loss/∂μ = pull z/σ; adds Σ pull (z² − 1) − c rows/count to the gradient of log σ."""
    for j in range(dimensions):
        inverse, total = exp(-log_std[j]), _ZERO
        for i in range(len(kept)):
            z = kept[i, j]
            total += pulls[i] * (z * z - _ONE)
            kept[i, j] = pulls[i] * z * inverse
        log_std_gradient[j] += total - _f(bonus) * _f(len(kept)) / _f(count)
    kept[:, dimensions:] = _ZERO


@compiled
def perturb(mean: Any, log_std: Any, normals: Any, actions: Any, log_probs: Any) -> None:
    """A = μ + σ ε for standard normal ε."""
    dimensions = actions.shape[1]
    for i in range(len(mean)):
        total = _ZERO
        for j in range(dimensions):
            actions[i, j] = mean[i, j] + exp(log_std[j]) * normals[i, j]
            total += _HALF * normals[i, j] * normals[i, j] + log_std[j] + _HALF_LOG_2PI
        log_probs[i] = -total
