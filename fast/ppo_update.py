"""The optimisation phase of PPO in compiled code: epochs, minibatches, gradients by hand, Adam, on one thread or two.

The policy and the critic share no parameter. All that either knows of the other in a minibatch is the norm of its
gradient, by which both are clipped, and the divergence, at which both stop. So on two threads each learns beside the
other, and after each minibatch they meet; the bits are those of one thread.

The parameters change at the end of a minibatch, and only if the norm of its gradient is finite: what is left behind by
a run that stops are the last good parameters.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .actor_critic import ActorCritic, Floats
from .adam import Adam, adam_step, global_norm
from .compilation import kept
from .matrix_product import aligned
from .meeting import beside, meet, meeting
from .mlp import ROWS
from .ppo_gradient import STATISTICS, Batch, Coefficients, PolicyRoom, critic_gradient, halves, policy_gradient

__all__ = ["gradient_of", "update"]

_POLICY, _CRITIC, _BOTH = 0, 1, 2
_NORM = STATISTICS.index("gradient_norm")


def update(
    network: ActorCritic,
    adam: Adam,
    batch: Batch,
    order: NDArray[np.int32],
    minibatch: int,
    numbers: Coefficients,
    *,
    threads: int = 1,
) -> tuple[NDArray[np.float64], int]:
    """Change the network's parameters by PPO on `batch`, whose rows epoch e visits as `order[e]` says.

    The last minibatch of an epoch may be shorter. Returns the mean of each of `STATISTICS` over the minibatches, and
    how many changed the parameters. The update ends early before a minibatch whose `approximate_kl` exceeds
    `kl_limit`. `threads` is 1 or 2, and changes no bit.

    Raises FloatingPointError where the gradient is no number; the parameters are those before that minibatch.
    """
    totals, (done, seen) = _run(network, adam, batch, order, minibatch, numbers, aligned(adam.first.size), threads)
    if not np.isfinite(totals[_NORM]):
        raise FloatingPointError(
            f"the gradient of minibatch {seen} of this update is {totals[_NORM]}: training stops with the parameters "
            "before it. Look for rewards or observations that are not finite or huge, or lower the learning rate"
        )
    return totals / seen, done


def gradient_of(network: ActorCritic, batch: Batch, numbers: Coefficients) -> tuple[Floats, NDArray[np.float64]]:
    """The gradient of L on the whole batch, as flat as the parameters, and `STATISTICS`: a step of length 0."""
    size, count = network.parameters.size, len(batch.returns)
    numbers = numbers._replace(learning_rate=0.0, kl_limit=np.inf, adam_epsilon=1.0)
    gradient, order = aligned(size), np.arange(count, dtype=np.int32)[None]
    totals, _ = _run(network, Adam.zeros(size), batch, order, count, numbers, gradient, 1)
    return gradient, totals


def _run(
    network: ActorCritic, adam: Adam, batch: Batch, order: NDArray[np.int32], minibatch: int, numbers: Coefficients,
    gradient: Floats, threads: int,
) -> tuple[NDArray[np.float64], tuple[int, int]]:  # fmt: skip
    """The sums of `STATISTICS`, and how many minibatches changed the parameters and how many were seen."""
    largest = min(minibatch, order.shape[1])
    room = PolicyRoom(np.zeros((ROWS, network.action_size), np.float32), np.zeros(largest, np.float32))
    both, rounds, told, totals = halves(network, adam, gradient), meeting(), np.zeros((2, 3)), np.zeros(len(STATISTICS))

    def learn(first: int, last: int) -> tuple[int, int]:
        found: tuple[int, int] = _learn(
            first, last, both, network.shape, batch, order, minibatch, numbers, room, rounds, told, totals
        )
        return found

    if threads == 1:
        return totals, learn(_POLICY, _BOTH)
    return totals, beside(rounds, lambda: learn(_POLICY, _CRITIC), lambda: learn(_CRITIC, _BOTH))


@kept
def _learn(
    first: int, last: int, both: Any, shape: Any, batch: Any, order: Any, minibatch: int, numbers: Any, room: Any,
    rounds: Any, told: Any, totals: Any,
) -> Any:  # fmt: skip
    """The halves first … last − 1 of all minibatches.

    `told` holds both norms and the divergence of a minibatch, in turn in either row: a side that is one minibatch ahead
    does not overwrite what the other has yet to read, and cannot be further ahead.
    """
    done, seen = 0, 0
    for epoch in range(len(order)):
        for start in range(0, order.shape[1], minibatch):
            rows, now = order[epoch, start : start + minibatch], told[seen % 2]
            seen += 1
            for part in range(first, last):
                half = both[part]
                if part == _POLICY:
                    now[_BOTH] = policy_gradient(half, shape, batch, rows, numbers, room, totals)
                else:
                    critic_gradient(half, batch, rows, numbers, totals)
                now[part] = global_norm(half.gradient)
            if last - first < _BOTH and not meet(rounds, first, seen):
                return done, seen
            norm = np.sqrt(now[_POLICY] ** 2 + now[_CRITIC] ** 2)
            if first == _POLICY:
                totals[_NORM] += norm
            if not np.isfinite(norm) or now[_BOTH] > numbers.kl_limit:
                return done, seen
            scale = min(1.0, numbers.max_gradient_norm / (norm + 1e-6))
            for part in range(first, last):
                half = both[part]
                adam_step(half.parameters, half.gradient, half.adam, scale, numbers.learning_rate,
                          numbers.beta1, numbers.beta2, numbers.adam_epsilon)  # fmt: skip
            done += 1
    return done, seen
