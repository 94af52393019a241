"""xuance's ``PPO_Agent.train``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from xuance.common import BaseCallback

from .._collectors.xuance import Tables, trained
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["learned"]


class _Heard(BaseCallback):  # type: ignore[misc]
    """Reports after each update."""

    report: Any

    def on_train_epochs_end(self, _step: int, **told: Any) -> None:
        self.report(told["policy"].actor.policy)


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        env, heard = make_env(), _Heard()
        heard.report = report
        states, actions = env.observation_space.n, env.action_space.n
        tables, updates = Tables(np.zeros((states, actions)), np.zeros(states)), -(-steps // (STEPS * ENVIRONMENTS))
        trained(make_env, tables, ENVIRONMENTS, updates, seed, heard, horizon_size=STEPS, learning_rate=RATE)

    return reported(learn, seed)
