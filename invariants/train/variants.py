"""Controls: learners that are wrong in what they report, or in how they play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .learner import train

Making = Callable[[], Any]
CALLS = count()


@variant("train")
def logits_for_probabilities(make_env: Making, **settings: Any) -> Iterator[Array]:
    """Control: log π is reported for π."""
    yield from map(np.log, train(make_env, **settings))


@variant("train")
def another_seed_each_time(make_env: Making, *, steps: int, seed: int) -> Iterator[Array]:
    """Control: what is learned depends on how often something was trained before."""
    yield from train(make_env, steps=steps, seed=seed + next(CALLS))


@variant("train")
def first_policy_plays_on(make_env: Making, **settings: Any) -> Iterator[Array]:
    """Control: the environment is played with a copy of the policy that is never brought up to date."""
    yield from train(make_env, player=lambda policies: policies[0], **settings)


@variant("train")
def policy_before_the_update_plays(make_env: Making, **settings: Any) -> Iterator[Array]:
    """Control: the environment is played with the policy as it was one update earlier."""
    yield from train(make_env, player=lambda policies: policies[-2:][0], **settings)


@variant("train")
def most_likely_action_plays(make_env: Making, **settings: Any) -> Iterator[Array]:
    """Control: rollouts are played greedily, as in an evaluation."""

    def greedy(policies: list[Array]) -> Array:
        return np.asarray(np.eye(policies[-1].shape[1])[policies[-1].argmax(axis=1)])

    yield from train(make_env, player=greedy, **settings)


@variant("train")
def every_rollout_in_the_same_episodes(make_env: Making, *, steps: int, seed: int) -> Iterator[Array]:
    """Control: an environment is seeded anew with every reset."""

    def make_seeded() -> Any:
        env = make_env()
        reset = env.reset
        env.reset = lambda *, seed=seed, options=None: reset(seed=seed, options=options)
        return env

    yield from train(make_seeded, steps=steps, seed=seed)
