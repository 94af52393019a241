"""rsl_rl's ``OnPolicyRunner.learn``, whose algorithm is its PPO."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from rsl_rl.algorithms import PPO
from rsl_rl.runners import OnPolicyRunner

from .._collectors.rsl_rl import Model, Vector
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["learned"]


class _Heard(PPO):  # type: ignore[misc]
    """PPO that reports after each update."""

    report: Any

    def update(self) -> Any:
        losses = super().update()
        self.report(self.actor.policy)
        return losses


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        envs = [make_env() for _ in range(ENVIRONMENTS)]
        states, actions = envs[0].observation_space.n, envs[0].action_space.n
        settings: dict[str, Any] = {
            "algorithm": {"class_name": _Heard, "learning_rate": RATE, "schedule": "fixed", "rnd_cfg": None},
            "actor": {"class_name": Model, "table": np.zeros((states, actions))},
            "critic": {"class_name": Model, "table": np.zeros((states, 1))},
            "obs_groups": {"actor": ["policy"], "critic": ["policy"]},
            "num_steps_per_env": STEPS,
        }
        runner = OnPolicyRunner(Vector(envs, seed), settings)
        runner.alg.report = report
        runner.learn(-(-steps // (STEPS * ENVIRONMENTS)))

    return reported(learn, seed)
