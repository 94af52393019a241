"""Known bugs of collectors, as wrong versions of the oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation
from ...reference.arithmetic import Array
from ..variant import Variant, variant
from .collector import Played, Rollout, assembled, play

Wrong = Callable[[Played, Array, Array, float, float], Rollout]


def bug(
    *citations: str, instead: Callable[[Array], Array] = np.asarray, copies: bool = False, reseeded: bool = False
) -> Callable[[Wrong], tuple[Variant, ...]]:
    """Make a variant of a play, or of what is made of it, that goes wrong; ``instead`` plays another policy."""

    def decorate(wrong: Wrong) -> tuple[Variant, ...]:
        @variant("collect", citations=citations)
        @wraps(wrong)
        def collect(
            make_env: Any, policy: Array, values: Array, *, steps: int, envs: int, gamma: float, lam: float, seed: int
        ) -> Rollout:
            played = play(make_env, instead(policy), steps, envs, seed, copies=copies, reseeded=reseeded)
            return wrong(played, policy, values, gamma, lam)

        return collect

    return decorate


def _estimated(
    played: Played, policy: Array, values: Array, next_values: Array, gamma: float, lam: float, **flags: Array
) -> Rollout:
    """The rollout whose advantages bootstrap from these values; ``flags`` stand for those that were seen."""
    seen = {"terminated": played.terminated, "truncated": played.truncated} | flags
    advantages = generalized_advantage_estimation(
        played.rewards, values[played.states], next_values, **seen, gamma=gamma, lam=lam
    )
    return assembled(played, policy, values, advantages)


@bug(
    "PKU-Alignment/omnisafe#162, #164: V(obs) after the automatic reset",
    "Motphys/UniLab#236: final_observation is ignored",
)
def value_of_the_state_after_the_reset(
    played: Played, policy: Array, values: Array, gamma: float, lam: float
) -> Rollout:
    """At a time limit, V of the state that the next episode starts in is bootstrapped."""
    return _estimated(played, policy, values, values[played.following], gamma, lam)


@bug("DLR-RM/stable-baselines3#633, fixed in #658", "vwxyzjn/cleanrl#457: terminations | truncations")
def time_limit_as_termination(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """A time limit is treated as death: V(final) is dropped."""
    ended = played.terminated | played.truncated
    return _estimated(played, policy, values, values[played.reached], gamma, lam, terminated=ended)


@bug("RLinf/RLinf#661: V was added at done, whatever ended the episode")
def bootstrap_at_termination(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """V of a terminal state is bootstrapped."""
    ended, never = played.terminated | played.truncated, np.zeros_like(played.terminated)
    reached = values[played.reached]
    return _estimated(played, policy, values, reached, gamma, lam, terminated=never, truncated=ended)


@bug("DexForce/EmbodiChain#612: bootstraps where both flags are set")
def both_flags_bootstrap(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """A step that terminates at the time limit is treated as cut."""
    alone = played.terminated & ~played.truncated
    return _estimated(played, policy, values, values[played.reached], gamma, lam, terminated=alone)


@bug("DLR-RM/stable-baselines3#183, fixed in #185: values left from the last forward pass")
def last_value_of_the_observation_before(
    played: Played, policy: Array, values: Array, gamma: float, lam: float
) -> Rollout:
    """The last step bootstraps from V of the state in which it was taken."""
    following = values[played.reached]
    following[-1] = np.where(played.truncated[-1], following[-1], values[played.states[-1]])
    return _estimated(played, policy, values, following, gamma, lam)


@bug("PufferAI/PufferLib#363, fixed in #445: a segment stores T states")
def last_advantage_is_zero(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """The last step of a rollout has no successor, and so no advantage."""
    advantages = generalized_advantage_estimation(
        played.rewards[:-1],
        values[played.states[:-1]],
        values[played.reached[:-1]],
        played.terminated[:-1],
        played.truncated[:-1],
        gamma=gamma,
        lam=lam,
    )
    return assembled(played, policy, values, np.concatenate([advantages, np.zeros_like(played.rewards[:1])]))


@bug("openai/spinningup#50: buf.store was called before env.step")
def reward_of_the_step_before(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """Slot t holds the reward of step t − 1, the first slot 0."""
    shifted = replace(played, rewards=np.concatenate([np.zeros_like(played.rewards[:1]), played.rewards[:-1]]))
    return _estimated(shifted, policy, values, values[played.reached], gamma, lam)


@bug("Toni-SM/skrl, agents/torch/ppo: rewards += γ V(s_t) · truncated")
def time_limit_bootstraps_from_the_state_before(
    played: Played, policy: Array, values: Array, gamma: float, lam: float
) -> Rollout:
    """At a time limit, V of the state in which the last action was taken is bootstrapped."""
    following = np.where(played.truncated, values[played.states], values[played.reached])
    return _estimated(played, policy, values, following, gamma, lam)


@bug()
def returns_without_values(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """Control: the critic is trained on advantages."""
    right = _estimated(played, policy, values, values[played.reached], gamma, lam)
    return replace(right, returns=right.advantages)


@bug()
def probability_for_its_logarithm(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """Control: π(a|s) in place of log π(a|s)."""
    right = _estimated(played, policy, values, values[played.reached], gamma, lam)
    return replace(right, log_probs=np.exp(right.log_probs))


@bug(instead=lambda policy: np.eye(policy.shape[1])[policy.argmax(axis=1)])
def most_likely_action(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """Control: the policy is played greedily, as in an evaluation."""
    return _estimated(played, policy, values, values[played.reached], gamma, lam)


@bug(instead=lambda policy: 0.75 * policy + 0.25 / policy.shape[1])
def uniform_one_time_in_four(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """Control: one action in four is drawn uniformly."""
    return _estimated(played, policy, values, values[played.reached], gamma, lam)


@bug(copies=True)
def all_environments_with_one_seed(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """Control: every environment, and the actions in it, are seeded alike."""
    return _estimated(played, policy, values, values[played.reached], gamma, lam)


@bug(reseeded=True)
def every_episode_with_the_same_seed(played: Played, policy: Array, values: Array, gamma: float, lam: float) -> Rollout:
    """Control: an environment is seeded anew with every reset."""
    return _estimated(played, policy, values, values[played.reached], gamma, lam)
