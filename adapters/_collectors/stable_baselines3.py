"""``collect_rollouts`` of an on-policy algorithm, with a table of probabilities and one of values as its policy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from stable_baselines3.common.callbacks import ConvertCallback
from stable_baselines3.common.vec_env import DummyVecEnv

from .._torch import generators_kept

__all__ = ["collected"]


def collected(
    kind: Any,
    tables: Any,
    make_env: Any,
    policy: Any,
    values: Any,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
    **options: Any,
) -> Any:
    """The rollout buffer after ``collect_rollouts`` has played; rewards are those that the buffer holds."""
    with generators_kept():
        algorithm = kind(
            tables,
            DummyVecEnv([make_env] * envs),
            n_steps=steps,
            gamma=gamma,
            gae_lambda=lam,
            seed=seed,
            device="cpu",
            policy_kwargs={"logits": np.log(policy), "values": values},
            batch_size=max(steps * envs, 2),
            normalize_advantage=False,
        )
        _, callback = algorithm._setup_learn(steps * envs, ConvertCallback(lambda *_: True))
        buffer = algorithm.rollout_buffer
        algorithm.collect_rollouts(algorithm.env, callback, buffer, n_rollout_steps=steps, **options)
    columns = {"states": buffer.observations, "actions": buffer.actions, "rewards": buffer.rewards}
    columns |= {name: getattr(buffer, name) for name in ("advantages", "returns", "log_probs")}
    return SimpleNamespace(**{name: column.reshape(steps, envs).copy() for name, column in columns.items()})
