"""Known bugs of values and action values, as wrong versions of the linear solve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .capabilities import ACTION_VALUES, STATE_VALUES
from .processes import BOTH, Process, Told, of_process, right, simplified, solved, stays, values_of


@variant(
    *BOTH,
    citations=("epignatelli/reinforcement-learning-an-introduction#1: values[i, j] = value * discount after a backup",),
)
@of_process
def discounted_twice(process: Process) -> Told:
    """A backup that has discounted the next state is discounted again, and the reward with it."""
    return values_of(process.leads, process.discount * process.earns, process.discount**2), process


@variant(
    *BOTH,
    citations=("kevin-hanselman/grid-world-rl#1: the discount never reached the iteration, whose default is 1",),
    sweeps=(10, 100),
)
@of_process
def discount_not_passed_on(process: Process, *, sweeps: int) -> Told:
    """The sweeps run with their default discount of 1."""
    leads, earns = process.leads, process.earns
    values = 0 * earns
    for _ in range(sweeps):
        values = earns + np.einsum("...st,...t->...s", leads, values)
    return values, replace(process, discount=1)


@variant(
    *BOTH,
    citations=(
        "h2r/pomdp-py#20: values[s] in place of values[sp]",
        "mimoralea/applied-reinforcement-learning#1 and #3: old_V[s] in place of old_V[s_prime]",
    ),
)
@of_process
def value_of_the_same_state(process: Process) -> Told:
    """The value of the state itself stands in for that of the next one."""
    here = np.eye(process.reward.shape[-2])[:, None, :]
    return replace(process, transition=np.broadcast_to(here, process.transition.shape)).told


@variant(
    *BOTH,
    citations=("pemami4911/POMDPy#20: = in place of += in the sum over next states",),
    last=("listed", "possible"),
)
@of_process
def last_successor_overwrites_the_others(process: Process, *, last: str) -> Told:
    """Of the sum over next states, only the last term is left."""
    transition = process.transition
    states = transition.shape[-1]
    possible = transition > 0 if last == "possible" else np.ones(transition.shape, dtype=bool)
    final = states - 1 - np.argmax(possible[..., ::-1], axis=-1)
    return replace(process, transition=transition * (np.arange(states) == final[..., None])).told


@variant(
    "action_values",
    citations=(
        "ucla-rlcourse/RLexample#3: p * (r + prev_v[s_]) without γ where the policy is read off",
        "LyWangPX/Reinforcement-Learning-2nd-Edition-by-Sutton-Exercise-Solutions#31: q from v without γ",
    ),
)
@of_process
def no_discount_in_the_backup(process: Process) -> Told:
    """Action values are made of right state values, but the next state is not discounted."""
    values, _ = process.told
    return values, replace(process, discount=1)


@variant(
    *BOTH,
    citations=("jsboige/CoursIA#14836: the change at terminal states was not counted, and sweeping stopped at once",),
    in_place=(False, True),
)
@of_process
def one_sweep_only(process: Process, *, in_place: bool) -> Told:
    """Sweeping stops after the first sweep."""
    leads, earns = process.leads, process.earns
    values = earns + 0 * leads[..., 0]
    if in_place:
        values *= 0
        for state in range(values.shape[-1]):
            ahead = (leads[..., state, :] * values).sum(axis=-1)
            values[..., state] = earns[..., state] + process.discount * ahead
    return values, process


@variant(
    *BOTH,
    citations=("walkinglabs/hands-on-modern-rl#54: a terminal state's value is set to its reward",),
    worth=("reward", "nothing"),
)
@of_process
def absorbing_state_worth_one_reward(process: Process, *, worth: str) -> Told:
    """A state that never leaves itself is left out of the backups: it is worth one reward, or nothing."""
    ends = stays(process.transition)
    left = process.reward * ~ends[..., None] if worth == "nothing" else process.reward
    return replace(process, transition=process.transition * ~ends[..., None, None], reward=left).told


@variant(
    *BOTH,
    citations=("LxMLS/lxmls-toolkit#172: rewards indexed by the wrong end of the step",),
)
@of_process
def reward_of_the_next_state(process: Process) -> Told:
    """A step earns what the state earns that it leads to."""
    return replace(process, reward=np.einsum("...sat,...t->...sa", process.transition, process.earns)).told


@variant(*BOTH)
@of_process
def transition_transposed(process: Process) -> Told:
    """Control: the chain runs backwards."""
    back = np.swapaxes(process.leads, -1, -2)
    return solved(np.eye(back.shape[-1]) - process.discount * back, process.earns), process


@variant(*BOTH, choice=("first", "likeliest", "uniform"))
@of_process
def policy_not_averaged(process: Process, *, choice: str) -> Told:
    """Control: the first action, the likeliest one or all alike stand in for the policy."""
    return replace(process, policy=simplified(process.policy, choice)).told


@variant(*BOTH)
@of_process
def reward_averaged_over_all_actions(process: Process) -> Told:
    """Control: a state earns the mean of its rewards, whatever the action."""
    mean = process.reward.mean(axis=-1, keepdims=True)
    return replace(process, reward=np.broadcast_to(mean, process.reward.shape)).told


@variant(*BOTH)
@of_process
def rewards_clipped(process: Process) -> Told:
    """Control: rewards are clipped to [−1, 1]."""
    return replace(process, reward=np.clip(process.reward, -1, 1)).told


@variant(*BOTH)
def normalised_values(transition: Array, reward: Array, discount: Any, policy: Array, *, capability: str) -> Array:
    """Control: values are multiplied by 1−γ, as some papers have them."""
    return np.asarray((1 - discount) * right(transition, reward, discount, policy, capability=capability))


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

    def single(process: Process) -> Told:
        leads, earns, gamma = (np.asarray(x, np.float32) for x in (process.leads, process.earns, process.discount))
        return values_of(leads, earns, gamma).astype(np.float32).astype(float), process

    told = of_process(single)(transition, reward, discount, policy, capability=capability)
    return told.astype(np.float32).astype(float)
