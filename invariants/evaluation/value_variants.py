"""Known bugs of values and action values, as wrong versions of the linear solve."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .capabilities import ACTION_VALUES, STATE_VALUES

BOTH = ("state_values", "action_values")


def chain(transition: Array, policy: Array) -> Array:
    """P_π ``[..., S, S]``."""
    return np.asarray(np.einsum("...sa,...sat->...st", policy, transition))


def earned(reward: Array, policy: Array) -> Array:
    """r_π ``[..., S]``."""
    return np.asarray((policy * reward).sum(axis=-1))


def solved(matrix: Array, right: Array) -> Array:
    """The solution of a system for each of the leading axes."""
    return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0])


def values_of(leads: Array, earns: Array, discount: Any) -> Array:
    """V of a chain and its rewards."""
    return solved(np.eye(leads.shape[-1]) - discount * leads, earns)


def answer(values: Array, transition: Array, reward: Array, discount: Any, capability: str) -> Array:
    """What the capability returns where V comes out as this: V, or one backup of it."""
    if capability == "state_values":
        return values
    return np.asarray(reward + discount * np.einsum("...sat,...t->...sa", transition, values))


def stays(transition: Array) -> Array:
    """Which states never leave themselves, whatever the action, ``[..., S]``."""
    return np.asarray((np.einsum("...sas->...sa", transition) == 1).all(axis=-1))


@variant(
    *BOTH,
    citations=("epignatelli/reinforcement-learning-an-introduction#1: values[i, j] = value * discount after a backup",),
)
def discounted_twice(transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str) -> Array:
    """A backup that has discounted the next state is discounted again, and the reward with it."""
    values = values_of(chain(transition, policy), discount * earned(reward, policy), discount**2)
    return answer(values, transition, reward, discount, capability)


@variant(
    *BOTH,
    citations=("kevin-hanselman/grid-world-rl#1: the discount never reached the iteration, whose default is 1",),
    sweeps=(10, 100),
)
def discount_not_passed_on(
    transition: Array, reward: Array, discount: Any, policy: Array, *, sweeps: int, capability: str
) -> Array:
    """The sweeps run with their default discount of 1."""
    del discount
    leads, earns = chain(transition, policy), earned(reward, policy)
    values = 0 * earns
    for _ in range(sweeps):
        values = earns + np.einsum("...st,...t->...s", leads, values)
    return answer(values, transition, reward, 1, capability)


@variant(
    *BOTH,
    citations=(
        "h2r/pomdp-py#20: values[s] in place of values[sp]",
        "mimoralea/applied-reinforcement-learning#1 and #3: old_V[s] in place of old_V[s_prime]",
    ),
)
def value_of_the_same_state(
    transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str
) -> Array:
    """The value of the state itself stands in for that of the next one."""
    leads = np.broadcast_to(np.eye(reward.shape[-2])[:, None, :], transition.shape)
    values = values_of(chain(leads, policy), earned(reward, policy), discount)
    return answer(values, leads, reward, discount, capability)


@variant(
    *BOTH,
    citations=("pemami4911/POMDPy#20: = in place of += in the sum over next states",),
    last=("listed", "possible"),
)
def last_successor_overwrites_the_others(
    transition: Array, reward: Array, discount: Any, policy: Array, *, last: str, capability: str
) -> Array:
    """Of the sum over next states, only the last term is left."""
    states = transition.shape[-1]
    possible = transition > 0 if last == "possible" else np.ones(transition.shape, dtype=bool)
    final = states - 1 - np.argmax(possible[..., ::-1], axis=-1)
    kept = transition * (np.arange(states) == final[..., None])
    values = values_of(chain(kept, policy), earned(reward, policy), discount)
    return answer(values, kept, reward, discount, capability)


@variant(
    "action_values",
    citations=(
        "ucla-rlcourse/RLexample#3: p * (r + prev_v[s_]) without γ where the policy is read off",
        "LyWangPX/Reinforcement-Learning-2nd-Edition-by-Sutton-Exercise-Solutions#31: q from v without γ",
    ),
)
def no_discount_in_the_backup(
    transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str
) -> Array:
    """Action values are made of right state values, but the next state is not discounted."""
    values = values_of(chain(transition, policy), earned(reward, policy), discount)
    return answer(values, transition, reward, 1, capability)


@variant(
    *BOTH,
    citations=("jsboige/CoursIA#14836: the change at terminal states was not counted, and sweeping stopped at once",),
    in_place=(False, True),
)
def one_sweep_only(
    transition: Array, reward: Array, discount: Any, policy: Array, *, in_place: bool, capability: str
) -> Array:
    """Sweeping stops after the first sweep."""
    leads, earns = chain(transition, policy), earned(reward, policy)
    values = earns + 0 * leads[..., 0]
    if in_place:
        values *= 0
        for state in range(values.shape[-1]):
            ahead = (leads[..., state, :] * values).sum(axis=-1)
            values[..., state] = earns[..., state] + discount * ahead
    return answer(values, transition, reward, discount, capability)


@variant(
    *BOTH,
    citations=("walkinglabs/hands-on-modern-rl#54: a terminal state's value is set to its reward",),
    worth=("reward", "nothing"),
)
def absorbing_state_worth_one_reward(
    transition: Array, reward: Array, discount: Any, policy: Array, *, worth: str, capability: str
) -> Array:
    """A state that never leaves itself is left out of the backups: it is worth one reward, or nothing."""
    ends = stays(transition)
    kept = transition * ~ends[..., None, None]
    left = reward * ~ends[..., None] if worth == "nothing" else reward
    values = values_of(chain(kept, policy), earned(left, policy), discount)
    return answer(values, kept, left, discount, capability)


@variant(
    *BOTH,
    citations=("LxMLS/lxmls-toolkit#172: rewards indexed by the wrong end of the step",),
)
def reward_of_the_next_state(
    transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str
) -> Array:
    """A step earns what the state earns that it leads to."""
    moved = np.einsum("...sat,...t->...sa", transition, earned(reward, policy))
    values = values_of(chain(transition, policy), earned(moved, policy), discount)
    return answer(values, transition, moved, discount, capability)


@variant(*BOTH)
def transition_transposed(transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str) -> Array:
    """Control: the chain runs backwards."""
    back = np.swapaxes(chain(transition, policy), -1, -2)
    values = solved(np.eye(back.shape[-1]) - discount * back, earned(reward, policy))
    return answer(values, transition, reward, discount, capability)


@variant(*BOTH, choice=("first", "likeliest", "uniform"))
def policy_not_averaged(
    transition: Array, reward: Array, discount: Any, policy: Array, *, choice: str, capability: str
) -> Array:
    """Control: the first action, the likeliest one or all alike stand in for the policy."""
    chosen = simplified(policy, choice)
    values = values_of(chain(transition, chosen), earned(reward, chosen), discount)
    return answer(values, transition, reward, discount, capability)


def simplified(policy: Array, choice: str) -> Array:
    """A policy that is not the one asked about."""
    if choice == "uniform":
        return np.full_like(policy, 1 / policy.shape[-1])
    action = np.argmax(policy, axis=-1) if choice == "likeliest" else np.zeros(policy.shape[:-1], dtype=int)
    return np.asarray((action[..., None] == np.arange(policy.shape[-1])).astype(float))


@variant(*BOTH)
def reward_averaged_over_all_actions(
    transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str
) -> Array:
    """Control: a state earns the mean of its rewards, whatever the action."""
    mean = np.broadcast_to(reward.mean(axis=-1, keepdims=True), reward.shape)
    values = values_of(chain(transition, policy), earned(mean, policy), discount)
    return answer(values, transition, mean, discount, capability)


@variant(*BOTH)
def rewards_clipped(transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str) -> Array:
    """Control: rewards are clipped to [−1, 1]."""
    clipped = np.clip(reward, -1, 1)
    values = values_of(chain(transition, policy), earned(clipped, policy), discount)
    return answer(values, transition, clipped, discount, capability)


@variant(*BOTH)
def normalised_values(transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str) -> Array:
    """Control: values are multiplied by 1−γ, as some papers have them."""
    values = values_of(chain(transition, policy), earned(reward, policy), discount)
    return np.asarray((1 - discount) * answer(values, transition, reward, discount, capability))


@variant(*BOTH)
def one_process_for_all(transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str) -> Array:
    """Control: all results of a batch are those of its first process."""
    capabilities = {"state_values": STATE_VALUES, "action_values": ACTION_VALUES}
    leading = np.broadcast_shapes(transition.shape[:-3], reward.shape[:-2], policy.shape[:-2])
    first = [table.reshape(-1, *table.shape[-axes:])[0] for table, axes in ((transition, 3), (reward, 2), (policy, 2))]
    alone = capabilities[capability].oracle(first[0], first[1], discount, first[2])
    return np.array(np.broadcast_to(alone, leading + alone.shape))


@variant(*BOTH)
def solved_in_float32(transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str) -> Array:
    """Control: float32 inside an implementation that says it computes in float64."""
    leads, earns, gamma = (
        np.asarray(x, np.float32) for x in (chain(transition, policy), earned(reward, policy), discount)
    )
    values = values_of(leads.astype(np.float32), earns, gamma).astype(np.float32)
    return answer(values.astype(float), transition, reward, discount, capability).astype(np.float32).astype(float)
