"""Known bugs of discounted visitation, as wrong versions of the linear solve."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .capabilities import VISITATION
from .processes import chain, simplified, solved, stays

D = "visitation"


def times_of(leads: Array, initial: Array, discount: Any) -> Array:
    """ρ of a chain and its start: the discounted number of visits."""
    return solved(np.swapaxes(np.eye(leads.shape[-1]) - discount * leads, -1, -2), initial)


@variant(
    D,
    citations=("HumanCompatibleAI/imitation#414: one occupancy measure summed to 1 and the other to Σ γᵗ",),
)
def unnormalised(transition: Array, initial: Array, discount: Any, policy: Array) -> Array:
    """The discounted number of visits, which sums to 1/(1−γ)."""
    return times_of(chain(transition, policy), initial, discount)


@variant(
    D,
    citations=("yrlu/irl-imitation#1: the loop over time runs inside the loop over states",),
    scaled=("by 1−γ", "to sum 1"),
)
def frequencies_state_by_state(
    transition: Array, initial: Array, discount: Any, policy: Array, *, scaled: str
) -> Array:
    """All times of one state before the next state: what comes from later states is known for the first step alone."""
    leads = chain(transition, policy)
    earlier = np.triu(np.ones(leads.shape[-2:]))
    start = initial + discount * np.einsum("...s,...st->...t", initial, leads * (1 - earlier))
    times = times_of(leads * earlier, start, discount)
    return np.asarray(times / times.sum(axis=-1, keepdims=True) if scaled == "to sum 1" else (1 - discount) * times)


@variant(
    D,
    citations=("ZhiqingXiao/rl-book#16: sums over visits began at 1, so that the first state did not count",),
    scaled=("by 1−γ", "to sum 1"),
)
def first_state_not_counted(transition: Array, initial: Array, discount: Any, policy: Array, *, scaled: str) -> Array:
    """The sum over time starts at γ in place of 1."""
    later = (1 - discount) * (times_of(chain(transition, policy), initial, discount) - initial)
    return np.asarray(later / discount if scaled == "to sum 1" and discount > 0 else later)


@variant(D)
def transition_transposed(transition: Array, initial: Array, discount: Any, policy: Array) -> Array:
    """Control: the chain runs backwards, as where I − γP is solved in place of its transpose."""
    leads = chain(transition, policy)
    return np.asarray((1 - discount) * solved(np.eye(leads.shape[-1]) - discount * leads, initial))


@variant(D, choice=("first", "likeliest", "uniform"))
def policy_not_averaged(transition: Array, initial: Array, discount: Any, policy: Array, *, choice: str) -> Array:
    """Control: the first action, the likeliest one or all alike stand in for the policy."""
    return np.asarray((1 - discount) * times_of(chain(transition, simplified(policy, choice)), initial, discount))


@variant(D)
def starts_anywhere(transition: Array, initial: Array, discount: Any, policy: Array) -> Array:
    """Control: every state is as good a start as any other."""
    uniform = np.full_like(initial, 1 / initial.shape[-1])
    return np.asarray((1 - discount) * times_of(chain(transition, policy), uniform, discount))


@variant(D)
def starts_where_it_is_likeliest(transition: Array, initial: Array, discount: Any, policy: Array) -> Array:
    """Control: one starts at the likeliest state alone."""
    return np.asarray((1 - discount) * times_of(chain(transition, policy), simplified(initial, "likeliest"), discount))


@variant(D)
def absorbing_state_left_at_once(transition: Array, initial: Array, discount: Any, policy: Array) -> Array:
    """Control: the visit of a state that never leaves itself is counted once, as an episode ends there."""
    kept = transition * ~stays(transition)[..., None, None]
    return np.asarray((1 - discount) * times_of(chain(kept, policy), initial, discount))


@variant(D)
def undiscounted(transition: Array, initial: Array, discount: Any, policy: Array) -> Array:
    """Control: all steps up to the effective horizon 1/(1−γ) count alike."""
    leads = chain(transition, policy)
    here = np.broadcast_to(initial, np.broadcast_shapes(initial.shape, leads.shape[:-1]))
    total, steps = 0 * here, round(1 / (1 - discount))
    for _ in range(steps):
        total, here = total + here, np.einsum("...s,...st->...t", here, leads)
    return np.asarray(total / steps)


@variant(D)
def one_process_for_all(transition: Array, initial: Array, discount: Any, policy: Array) -> Array:
    """Control: all results of a batch are those of its first process."""
    leading = np.broadcast_shapes(transition.shape[:-3], initial.shape[:-1], policy.shape[:-2])
    first = [table.reshape(-1, *table.shape[-axes:])[0] for table, axes in ((transition, 3), (initial, 1), (policy, 2))]
    alone = VISITATION.oracle(first[0], first[1], discount, first[2])
    return np.array(np.broadcast_to(alone, leading + alone.shape))


@variant(D)
def solved_in_float32(transition: Array, initial: Array, discount: Any, policy: Array) -> Array:
    """Control: float32 inside an implementation that says it computes in float64."""
    leads, start, gamma = (np.asarray(x, np.float32) for x in (chain(transition, policy), initial, discount))
    return np.asarray(((1 - gamma) * times_of(leads, start, gamma).astype(np.float32)).astype(float))
