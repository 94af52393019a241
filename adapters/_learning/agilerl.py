"""agilerl's ``train_on_policy`` of one PPO, which it evaluates when it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import numpy as np
from agilerl.algorithms import PPO
from agilerl.training.train_on_policy import train_on_policy
from agilerl.utils.utils import make_vect_envs

from .._collectors.agilerl import playing
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["learned"]


class _Heard(PPO):  # type: ignore[misc]
    """PPO that reports after each update."""

    report: Any

    def learn(self, experiences: Any = None) -> Any:
        loss = super().learn(experiences)
        self.report(self.actor.policy)
        return loss


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        env = make_vect_envs(num_envs=ENVIRONMENTS, make_env=make_env, should_async_vector=False)
        env.reset(seed=seed)
        states, actions, rollout = env.single_observation_space.n, env.single_action_space.n, STEPS * ENVIRONMENTS
        sizes = {"learn_step": rollout, "batch_size": rollout, "lr": RATE}
        agent = playing(env, np.zeros((states, actions)), np.zeros(states), _Heard, **sizes)
        agent.report, whole = report, -(-steps // rollout) * rollout
        with redirect_stderr(StringIO()):
            train_on_policy(env, "", "PPO", [agent], max_steps=whole, evo_steps=whole, verbose=False)

    return reported(learn, seed)
