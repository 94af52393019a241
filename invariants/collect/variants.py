"""Known bugs of collectors, as wrong versions of the oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation
from ...reference.arithmetic import Array
from ..variant import variant
from .collector import Played, Rollout, assembled, play

Env = Callable[[], Any]


def _estimated(
    played: Played, policy: Array, values: Array, next_values: Array, gamma: float, lam: float, **flags: Array
) -> Rollout:
    """The rollout whose advantages bootstrap from these values; ``flags`` stand for those that were seen."""
    seen = {"terminated": played.terminated, "truncated": played.truncated} | flags
    advantages = generalized_advantage_estimation(
        played.rewards, values[played.states], next_values, **seen, gamma=gamma, lam=lam
    )
    return assembled(played, policy, values, advantages)


@variant(
    "collect",
    citations=(
        "PKU-Alignment/omnisafe#162, #164: V(obs) after the automatic reset",
        "Motphys/UniLab#236: final_observation is ignored",
    ),
)
def value_of_the_state_after_the_reset(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """At a time limit, V of the state that the next episode starts in is bootstrapped."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    return _estimated(played, policy, values, values[played.following], gamma, lam)


@variant(
    "collect",
    citations=("DLR-RM/stable-baselines3#633, fixed in #658", "vwxyzjn/cleanrl#457: terminations | truncations"),
)
def time_limit_as_termination(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """A time limit is treated as death: V(final) is dropped."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    ended = played.terminated | played.truncated
    return _estimated(played, policy, values, values[played.reached], gamma, lam, terminated=ended)


@variant("collect", citations=("RLinf/RLinf#661: V was added at done, whatever ended the episode",))
def bootstrap_at_termination(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """V of a terminal state is bootstrapped."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    ended, never = played.terminated | played.truncated, np.zeros_like(played.terminated)
    reached = values[played.reached]
    return _estimated(played, policy, values, reached, gamma, lam, terminated=never, truncated=ended)


@variant("collect", citations=("DexForce/EmbodiChain#612: bootstraps where both flags are set",))
def both_flags_bootstrap(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """A step that terminates at the time limit is treated as cut."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    alone = played.terminated & ~played.truncated
    return _estimated(played, policy, values, values[played.reached], gamma, lam, terminated=alone)


@variant("collect", citations=("DLR-RM/stable-baselines3#183, fixed in #185: values left from the last forward pass",))
def last_value_of_the_observation_before(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """The last step bootstraps from V of the state in which it was taken."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    following = values[played.reached]
    following[-1] = np.where(played.truncated[-1], following[-1], values[played.states[-1]])
    return _estimated(played, policy, values, following, gamma, lam)


@variant("collect", citations=("PufferAI/PufferLib#363, fixed in #445: a segment stores T states",))
def last_advantage_is_zero(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """The last step of a rollout has no successor, and so no advantage."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    advantages = generalized_advantage_estimation(
        played.rewards[:-1],
        values[played.states[:-1]],
        values[played.reached[:-1]],
        played.terminated[:-1],
        played.truncated[:-1],
        gamma=gamma,
        lam=lam,
    )
    return assembled(played, policy, values, np.concatenate([advantages, np.zeros((1, envs))]))


@variant("collect", citations=("openai/spinningup#50: buf.store was called before env.step",))
def reward_of_the_step_before(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """Slot t holds the reward of step t − 1, the first slot 0."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    shifted = replace(played, rewards=np.concatenate([np.zeros((1, envs)), played.rewards[:-1]]))
    return _estimated(shifted, policy, values, values[played.reached], gamma, lam)


@variant("collect", citations=("Toni-SM/skrl, agents/torch/ppo: rewards += γ V(s_t) · truncated",))
def time_limit_bootstraps_from_the_state_before(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """At a time limit, V of the state in which the last action was taken is bootstrapped."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    following = np.where(played.truncated, values[played.states], values[played.reached])
    return _estimated(played, policy, values, following, gamma, lam)


@variant("collect")
def returns_without_values(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """Control: the critic is trained on advantages."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    right = _estimated(played, policy, values, values[played.reached], gamma, lam)
    return replace(right, returns=right.advantages)


@variant("collect")
def probability_for_its_logarithm(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """Control: π(a|s) in place of log π(a|s)."""
    del capability
    played = play(make_env, policy, steps, envs, seed)
    right = _estimated(played, policy, values, values[played.reached], gamma, lam)
    return replace(right, log_probs=np.exp(right.log_probs))


@variant("collect")
def most_likely_action(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """Control: the policy is played greedily, as in an evaluation."""
    del capability
    greedy = np.eye(policy.shape[1])[policy.argmax(axis=1)]
    played = play(make_env, greedy, steps, envs, seed)
    return _estimated(played, policy, values, values[played.reached], gamma, lam)


@variant("collect")
def uniform_one_time_in_four(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """Control: one action in four is drawn uniformly."""
    del capability
    played = play(make_env, 0.75 * policy + 0.25 / policy.shape[1], steps, envs, seed)
    return _estimated(played, policy, values, values[played.reached], gamma, lam)


@variant("collect")
def all_environments_with_one_seed(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """Control: every environment, and the actions in it, are seeded alike."""
    del capability
    played = play(make_env, policy, steps, envs, seed, copies=True)
    return _estimated(played, policy, values, values[played.reached], gamma, lam)


@variant("collect")
def every_episode_with_the_same_seed(
    make_env: Env,
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    capability: str,
) -> Rollout:
    """Control: an environment is seeded anew with every reset."""
    del capability
    played = play(make_env, policy, steps, envs, seed, reseeded=True)
    return _estimated(played, policy, values, values[played.reached], gamma, lam)
