"""The gradient of PPO's loss on a minibatch by hand, the policy's half and the critic's half apart; compiled.

    L = L_policy + c_V L_value − c_H mean H      (ppo_loss, policy_head)

The halves share no parameter, so that either may be computed beside the other. A minibatch passes through a network in
blocks of `ROWS` rows, so its activations stay in the cache, and its gradient is added up in one flat buffer.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .actor_critic import ActorCritic, Floats
from .adam import Adam
from .compilation import compiled
from .matrix_product import aligned
from .mlp import ROWS, backward, forward, gather, output_gradient, transpose
from .policy_head import categorical, categorical_gradient, gaussian, gaussian_gradient
from .ppo_loss import approximate_kl, normalize, policy_loss, value_loss

__all__ = ["STATISTICS", "Batch", "Coefficients", "Half", "PolicyRoom", "critic_gradient", "halves", "policy_gradient"]

STATISTICS = ("policy_loss", "value_loss", "entropy", "approximate_kl", "clip_fraction", "gradient_norm")


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


class Half(NamedTuple):
    """The policy or the critic: its part of the flat buffers, its layers, and room for one block of rows."""

    parameters: Floats
    gradient: Floats
    adam: Adam
    layers: NDArray[np.int64]
    activations: Floats
    deltas: Floats
    transposed: Floats
    observations: Floats
    columns: Floats


class PolicyRoom(NamedTuple):
    """Room for the actions [ROWS, D] of a block and the advantages of a minibatch."""

    actions: Floats
    advantages: Floats


def halves(network: ActorCritic, adam: Adam, gradient: Floats) -> tuple[Half, Half]:
    """Policy and critic over the network's own parameters; the policy counts `adam`'s steps, the critic its own."""
    start, work = network.shape.critic_start, network.workspace

    def room() -> tuple[Floats, Floats]:
        return aligned(ROWS, network.inputs), np.zeros((4, ROWS), np.float32)

    policy = Half(
        network.parameters[:start], gradient[:start], Adam(adam.first[:start], adam.second[:start], adam.steps),
        network.shape.actor, work.actor, work.actor_deltas, work.actor_transposed, *room(),
    )  # fmt: skip
    critic = Half(
        network.parameters[start:], gradient[start:], Adam(adam.first[start:], adam.second[start:], adam.steps.copy()),
        network.shape.critic, work.critic, work.critic_deltas, work.critic_transposed, *room(),
    )  # fmt: skip
    return policy, critic


@compiled
def policy_gradient(half: Any, shape: Any, batch: Any, rows: Any, numbers: Any, room: Any, statistics: Any) -> Any:
    """Replace the gradient by that of L_policy − c_H mean H on `rows`; add statistics, and return approximate KL."""
    count, bonus, divergence = rows.size, numbers.entropy_coefficient, 0.0
    half.gradient[:] = 0
    transpose(half.layers, half.parameters, half.transposed)
    advantages = room.advantages[:count]
    for i in range(count):
        advantages[i] = batch.advantages[rows[i]]
    if numbers.normalize_advantages:
        normalize(advantages, advantages)
    log_std = half.parameters[shape.log_std_start : shape.log_std_start + shape.actions]
    log_std_gradient = half.gradient[shape.log_std_start : shape.log_std_start + shape.actions]
    for start in range(0, count, ROWS):
        block = rows[start : start + ROWS]
        size = block.size
        x, actions = half.observations[:size], room.actions[:size]
        old_log_probs, log_probs, pulls = half.columns[0, :size], half.columns[1, :size], half.columns[2, :size]
        gather(batch.observations, block, x)
        gather(batch.actions, block, actions)
        for i in range(size):
            old_log_probs[i] = batch.log_probs[block[i]]
        out = forward(half.layers, half.parameters, x, half.activations)
        kept = output_gradient(half.layers, half.deltas, size)
        if shape.discrete:
            entropy = categorical(out, shape.actions, actions, kept, log_probs)
        else:
            entropy = gaussian(out, log_std, actions, kept, log_probs)
        loss, outside = policy_loss(
            log_probs, old_log_probs, advantages[start : start + ROWS], numbers.clip_range, count, pulls
        )
        statistics[0] += loss
        statistics[2] += entropy / count
        divergence += approximate_kl(log_probs, old_log_probs, count)
        statistics[4] += outside / count
        if shape.discrete:
            categorical_gradient(out, shape.actions, actions, pulls, bonus, count, kept)
        else:
            gaussian_gradient(log_std, pulls, bonus, count, shape.actions, kept, log_std_gradient)
        backward(half.layers, x, half.activations, half.deltas, half.transposed, half.gradient)
    statistics[3] += divergence
    return divergence


@compiled
def critic_gradient(half: Any, batch: Any, rows: Any, numbers: Any, statistics: Any) -> None:
    """Replace the gradient by that of c_V L_value on `rows`, and add to the statistics."""
    count = rows.size
    half.gradient[:] = 0
    transpose(half.layers, half.parameters, half.transposed)
    for start in range(0, count, ROWS):
        block = rows[start : start + ROWS]
        size = block.size
        x = half.observations[:size]
        values, old_values = half.columns[0, :size], half.columns[1, :size]
        returns, pulls = half.columns[2, :size], half.columns[3, :size]
        gather(batch.observations, block, x)
        out = forward(half.layers, half.parameters, x, half.activations)
        for i in range(size):
            values[i], old_values[i], returns[i] = out[i, 0], batch.values[block[i]], batch.returns[block[i]]
        statistics[1] += value_loss(values, old_values, returns, numbers.value_clip_range, count, pulls)
        kept = output_gradient(half.layers, half.deltas, size)
        kept[:] = 0
        for i in range(size):
            kept[i, 0] = np.float32(numbers.value_coefficient) * pulls[i]
        backward(half.layers, x, half.activations, half.deltas, half.transposed, half.gradient)
