"""rl_games' ``train`` of its discrete agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from rl_games.common.algo_observer import DefaultAlgoObserver

from .._collectors.rl_games import Seen, playing
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["learned"]


class _Heard(DefaultAlgoObserver):  # type: ignore[misc]
    """Reports after each update."""

    report: Any

    def after_print_stats(self, *_when: Any) -> None:
        self.report(self.algo.model.a2c_network.policy.policy)


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        envs, heard = [make_env() for _ in range(ENVIRONMENTS)], _Heard()
        heard.report = report
        states, actions = envs[0].observation_space.n, envs[0].action_space.n
        unending = {"save_best_after": float("inf"), "score_to_win": float("inf"), "features": {"observer": heard}}
        unending |= {"max_epochs": -(-steps // (STEPS * ENVIRONMENTS)), "learning_rate": RATE}
        made = playing(Seen(np.zeros((states, actions))), Seen(np.zeros((states, 1))), envs, STEPS, seed, **unending)
        torch.manual_seed(seed)
        made.train()

    return reported(learn, seed)
