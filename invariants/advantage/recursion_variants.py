"""Known bugs of the recursion itself: its terms, its factors, and the step or environment it takes them from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .steps import BOTH, Steps, of_steps, right


@variant(*BOTH, citations=("AI4Finance-Foundation/ElegantRL#183: the baseline stands inside the done mask",))
@of_steps
def baseline_inside_the_mask(steps: Steps) -> Array:
    """Â_t = r_t + γ(1 − done)(V' + λÂ' − V_t): a terminal step has no baseline, the others a discounted one."""
    result, following = np.empty_like(steps.rewards), 0 * steps.rewards[0]
    for t in reversed(range(len(steps.rewards))):
        mask, going = steps.gamma * (~steps.terminated[t]).astype(int), (~steps.ended[t]).astype(int)
        following = steps.rewards[t] + mask * (steps.next_values[t] + steps.lam * going * following - steps.values[t])
        result[t] = following
    return result


@variant(
    *BOTH,
    citations=("google/brax, training/agents/ppo/losses.py: advantages from r + γ vs_{t+1} − V",),
    cut=(False, True),
)
@of_steps
def lambda_left_out_of_the_tail(steps: Steps, *, cut: bool) -> Array:
    """Â_t = δ_t + γ Â^λ_{t+1}: the tail of the λ-return enters without its λ; truncated steps may get 0."""
    advantages = steps.swept()
    tail = np.concatenate([advantages[1:], 0 * advantages[-1:]])
    alone = steps.swept(going=np.zeros_like(steps.ended), carry=0)
    result: Array = alone + steps.gamma * np.where(steps.ended, 0 * tail, tail)
    return np.where(cut & steps.truncated & ~steps.terminated, 0 * result, result)


@variant(*BOTH, citations=("tensorforce/tensorforce 30a86dec: the mean over baselines collapsed the batch",))
@of_steps
def one_baseline_for_all_steps(steps: Steps) -> Array:
    """Every step is compared with the mean value in place of its own."""
    return replace(steps, values=0 * steps.values + steps.values.sum() / steps.values.size).swept()


@variant(*BOTH, citations=("PufferAI/PufferLib 342143a: GAE mixed the environments of a double-buffered rollout",))
@of_steps
def next_step_of_another_environment(steps: Steps) -> Array:
    """Step t+1 is taken from the neighbouring environment."""
    result, following = np.empty_like(steps.rewards), 0 * steps.rewards[0]
    wrong = np.where(steps.ended, steps.next_values, np.roll(steps.next_values, -1, axis=1))
    for t in reversed(range(len(steps.rewards))):
        error = steps.rewards[t] + steps.gamma * (~steps.terminated[t]).astype(int) * wrong[t] - steps.values[t]
        carried = np.roll(following, -1)
        following = error + steps.gamma * steps.lam * (~steps.ended[t]).astype(int) * carried
        result[t] = following
    return result


@variant(
    *BOTH,
    citations=("openai/spinningup#50 (fixed in 2092113): slot t held the reward of step t−1",),
)
@of_steps
def reward_of_the_previous_step(steps: Steps) -> Array:
    """The reward is shifted by one step."""
    return replace(steps, rewards=np.concatenate([0 * steps.rewards[:1], steps.rewards[:-1]])).swept()


@variant(*BOTH, citations=("StackOverflow 53802453: built in a reversed loop, never turned round",))
def reversed_in_time(*batch: Array, capability: str, **factors: Any) -> Array:
    """The result is right but upside down."""
    return np.flip(right(*batch, capability=capability, **factors), axis=0).copy()


@variant("lambda_returns", citations=("vwxyzjn/cleanrl#337 (95fcdd75): returns computed from stale zero advantages",))
def returns_are_the_values(_rewards: Array, values: Array, *_others: Array, **_factors: Any) -> Array:
    """The critic regresses to itself: V is returned in place of Â + V."""
    return values.copy()
