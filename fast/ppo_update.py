"""The optimisation phase of PPO in one compiled call: epochs, minibatches, losses, gradients by hand, Adam.

    L = L_policy + c_V L_value − c_H mean H      (ppo_loss, policy_head)

A minibatch passes through both networks in blocks of `ROWS` rows, so its activations stay in the cache, and its
gradient is added up in one flat buffer. The parameters change at the end of a minibatch, and only if the norm of its
gradient is finite: what is left behind by a run that stops are the last good parameters.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .actor_critic import ActorCritic, Floats
from .adam import Adam, adam_step, global_norm
from .compilation import compiled, kept
from .matrix_product import aligned
from .mlp import ROWS, backward, forward, output_gradient
from .policy_head import categorical, categorical_gradient, gaussian, gaussian_gradient
from .ppo_loss import approximate_kl, normalize, policy_loss, value_loss

__all__ = ["STATISTICS", "Batch", "Coefficients", "gradient_of", "update"]

STATISTICS = ("policy_loss", "value_loss", "entropy", "approximate_kl", "clip_fraction", "gradient_norm")
_KL, _NORM = STATISTICS.index("approximate_kl"), STATISTICS.index("gradient_norm")


class Batch(NamedTuple):
    """What was collected: observations [M, n], actions [M, D] and five numbers a row, [M], all float32."""

    observations: Floats
    actions: Floats
    log_probs: Floats
    values: Floats
    advantages: Floats
    returns: Floats


class Coefficients(NamedTuple):
    """The numbers of an update. Infinity switches off clipping of values or of the gradient's norm, or the KL limit."""

    learning_rate: float
    clip_range: float
    value_clip_range: float
    value_coefficient: float
    entropy_coefficient: float
    max_gradient_norm: float
    kl_limit: float
    normalize_advantages: bool
    beta1: float
    beta2: float
    adam_epsilon: float


class _Buffers(NamedTuple):
    """The gradient, as long as the parameters, and a minibatch's columns: one row of `columns` a quantity."""

    gradient: Floats
    observations: Floats
    actions: Floats
    advantages: Floats
    columns: Floats


def _buffers(network: ActorCritic, minibatch: int) -> _Buffers:
    return _Buffers(
        aligned(network.parameters.size),
        aligned(ROWS, network.inputs),
        np.zeros((ROWS, network.action_size), np.float32),
        np.zeros(minibatch, np.float32),
        np.zeros((7, ROWS), np.float32),
    )


def update(
    network: ActorCritic, adam: Adam, batch: Batch, order: NDArray[np.int32], minibatch: int, numbers: Coefficients
) -> tuple[NDArray[np.float64], int]:
    """Change the network's parameters by PPO on `batch`, whose rows epoch e visits as `order[e]` says.

    The last minibatch of an epoch may be shorter. Returns the mean of each of `STATISTICS` over the minibatches, and
    how many changed the parameters. The update ends early before a minibatch whose `approximate_kl` exceeds
    `kl_limit`.

    Raises FloatingPointError where the gradient is no number; the parameters are those before that minibatch.
    """
    buffers = _buffers(network, min(minibatch, order.shape[1]))
    totals = np.zeros(len(STATISTICS))
    done, seen = _update(
        network.shape, network.parameters, adam, batch, order, minibatch, numbers, network.workspace, buffers, totals
    )
    if not np.isfinite(totals[_NORM]):
        raise FloatingPointError(
            f"the gradient of minibatch {seen} of this update is {totals[_NORM]}: training stops with the parameters "
            "before it. Look for rewards or observations that are not finite or huge, or lower the learning rate"
        )
    return totals / seen, done


def gradient_of(network: ActorCritic, batch: Batch, numbers: Coefficients) -> tuple[Floats, NDArray[np.float64]]:
    """The gradient of L on the whole batch, as flat as the parameters, and `STATISTICS`: a step of length 0."""
    count = len(batch.returns)
    buffers, totals, still = _buffers(network, count), np.zeros(len(STATISTICS)), Adam.zeros(network.parameters.size)
    numbers = numbers._replace(learning_rate=0.0, kl_limit=np.inf, adam_epsilon=1.0)
    order = np.arange(count, dtype=np.int32)[None]
    _update(network.shape, network.parameters, still, batch, order, count, numbers, network.workspace, buffers, totals)
    return buffers.gradient, totals


@kept
def _update(
    shape: Any, parameters: Any, adam: Any, batch: Any, order: Any, minibatch: int, numbers: Any, work: Any,
    buffers: Any, totals: Any,
) -> Any:  # fmt: skip
    done, seen = 0, 0
    statistics = np.zeros(totals.size)
    for epoch in range(len(order)):
        for start in range(0, order.shape[1], minibatch):
            rows = order[epoch, start : start + minibatch]
            statistics[:] = 0
            _gradient(shape, parameters, batch, rows, numbers, work, buffers, statistics)
            for i in range(totals.size):
                totals[i] += statistics[i]
            seen += 1
            norm = statistics[_NORM]
            if not np.isfinite(norm) or statistics[_KL] > numbers.kl_limit:
                return done, seen
            scale = min(1.0, numbers.max_gradient_norm / (norm + 1e-6))
            adam_step(parameters, buffers.gradient, adam, scale, numbers.learning_rate,
                      numbers.beta1, numbers.beta2, numbers.adam_epsilon)  # fmt: skip
            done += 1
    return done, seen


@compiled
def _gradient(
    shape: Any, parameters: Any, batch: Any, rows: Any, numbers: Any, work: Any, buffers: Any, statistics: Any
) -> None:
    """Add the statistics of a minibatch to `statistics`; its gradient replaces what the buffer held."""
    count = rows.size
    buffers.gradient[:] = 0
    advantages = buffers.advantages[:count]
    for i in range(count):
        advantages[i] = batch.advantages[rows[i]]
    if numbers.normalize_advantages:
        normalize(advantages, advantages)
    for start in range(0, count, ROWS):
        block = rows[start : start + ROWS]
        size = block.size
        x, actions = buffers.observations[:size], buffers.actions[:size]
        old_log_probs, old_values = buffers.columns[0, :size], buffers.columns[1, :size]
        returns = buffers.columns[2, :size]
        for i in range(size):
            row = block[i]
            for j in range(x.shape[1]):
                x[i, j] = batch.observations[row, j]
            for j in range(actions.shape[1]):
                actions[i, j] = batch.actions[row, j]
            old_log_probs[i], old_values[i], returns[i] = batch.log_probs[row], batch.values[row], batch.returns[row]
        _policy(shape, parameters, x, actions, old_log_probs, advantages[start : start + ROWS], count, numbers, work,
                buffers, statistics)  # fmt: skip
        _critic(shape, parameters, x, old_values, returns, count, numbers, work, buffers, statistics)
    statistics[_NORM] += global_norm(buffers.gradient)


@compiled
def _policy(
    shape: Any, parameters: Any, x: Any, actions: Any, old_log_probs: Any, advantages: Any, count: int, numbers: Any,
    work: Any, buffers: Any, statistics: Any,
) -> None:  # fmt: skip
    size, bonus = len(x), numbers.entropy_coefficient
    log_probs, pulls = buffers.columns[3, :size], buffers.columns[4, :size]
    log_std = parameters[shape.log_std_start : shape.log_std_start + shape.actions]
    out = forward(shape.actor, parameters, x, work.actor)
    kept = output_gradient(shape.actor, work.actor_deltas, size)
    if shape.discrete:
        entropy = categorical(out, shape.actions, actions, kept, log_probs)
    else:
        entropy = gaussian(out, log_std, actions, kept, log_probs)
    loss, outside = policy_loss(log_probs, old_log_probs, advantages, numbers.clip_range, count, pulls)
    statistics[0] += loss
    statistics[2] += entropy / count
    statistics[3] += approximate_kl(log_probs, old_log_probs, count)
    statistics[4] += outside / count
    if shape.discrete:
        categorical_gradient(out, shape.actions, actions, pulls, bonus, count, kept)
    else:
        gradient = buffers.gradient[shape.log_std_start : shape.log_std_start + shape.actions]
        gaussian_gradient(log_std, pulls, bonus, count, shape.actions, kept, gradient)
    backward(shape.actor, parameters, x, work.actor, work.actor_deltas, work.transposed, buffers.gradient)


@compiled
def _critic(
    shape: Any, parameters: Any, x: Any, old_values: Any, returns: Any, count: int, numbers: Any, work: Any,
    buffers: Any, statistics: Any,
) -> None:  # fmt: skip
    size = len(x)
    values, pulls = buffers.columns[5, :size], buffers.columns[6, :size]
    out = forward(shape.critic, parameters[shape.critic_start :], x, work.critic)
    for i in range(size):
        values[i] = out[i, 0]
    statistics[1] += value_loss(values, old_values, returns, numbers.value_clip_range, count, pulls)
    kept = output_gradient(shape.critic, work.critic_deltas, size)
    kept[:] = 0
    for i in range(size):
        kept[i, 0] = np.float32(numbers.value_coefficient) * pulls[i]
    backward(shape.critic, parameters[shape.critic_start :], x, work.critic, work.critic_deltas, work.transposed,
             buffers.gradient[shape.critic_start :])  # fmt: skip
