"""rsl_rl's ``OnPolicyRunner`` on a ``VecEnv`` of Gymnasium environments, up to PPO's update."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from rsl_rl.algorithms import PPO
from rsl_rl.env import VecEnv
from rsl_rl.runners import OnPolicyRunner
from tensordict import TensorDict

from .._torch import Table, generators_kept

__all__ = ["Model", "Vector", "collected"]


class Vector(VecEnv):  # type: ignore[misc]
    """Environments as ``VecEnv`` asks for them: reset where they ended, ``time_outs`` where that was no termination."""

    num_actions, max_episode_length, device = 1, 0, "cpu"

    def __init__(self, envs: list[Any], seed: int) -> None:
        self.envs, self.num_envs = envs, len(envs)
        self.cfg: dict[str, Any] = {}
        self.states = [env.reset(seed=seed + n)[0] for n, env in enumerate(envs)]

    def get_observations(self) -> TensorDict:
        """The states that the next actions are taken in."""
        return TensorDict({"policy": torch.tensor(self.states)[:, None].float()}, batch_size=[self.num_envs])

    def step(self, actions: torch.Tensor) -> Any:
        """Observations after resets, rewards, ends of either kind, and which of them were time limits."""
        results = [env.step(int(action)) for env, action in zip(self.envs, actions[:, 0], strict=True)]
        reached, rewards, terminated, truncated, _ = (np.array(column) for column in zip(*results, strict=True))
        ended = terminated | truncated
        self.states = [
            env.reset()[0] if over else int(state) for env, over, state in zip(self.envs, ended, reached, strict=True)
        ]
        extras = {"time_outs": torch.tensor(truncated & ~terminated)}
        return self.get_observations(), torch.tensor(rewards, dtype=torch.float32), torch.tensor(ended), extras


class Model(Table):
    """A table of logits as the actor, or one of values as the critic."""

    is_recurrent = False
    output_std = torch.ones(1)

    def __init__(self, _seen: Any, _groups: Any, _part: str, _outputs: int, *, table: Any) -> None:
        super().__init__(table)

    def forward(self, seen: Any, *, stochastic_output: bool = False, **_memory: Any) -> Any:  # type: ignore[override]
        """Values, or actions where ``stochastic_output`` asks for them."""
        outputs = super().forward(self.one_hot(seen["policy"][:, 0]))
        if not stochastic_output:
            return outputs
        self.output_distribution_params = (outputs,)
        self.distribution = _categorical(outputs)
        return self.distribution.sample()[:, None].float()

    def get_output_log_prob(self, actions: torch.Tensor) -> Any:
        """The logarithm of π(a|s) for the observations seen last."""
        return self.distribution.log_prob(actions[:, 0])

    @property
    def output_entropy(self) -> Any:
        """The entropy of π(·|s) for the observations seen last."""
        return self.distribution.entropy()

    def get_hidden_state(self) -> None:
        """None: it has no memory."""

    def reset(self, *_dones: Any, hidden_state: Any = None) -> None:
        """Nothing: it has no memory."""

    def update_normalization(self, _seen: Any) -> None:
        """Nothing: states are taken as they are."""


def _categorical(logits: torch.Tensor) -> Any:
    return torch.distributions.Categorical(logits=logits)


class _Recorder(PPO):  # type: ignore[misc]
    """PPO that leaves its storage as it is in place of learning from it."""

    def update(self) -> dict[str, float]:
        """No losses."""
        return {}


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """The storage after the runner has played, advantages before they are normalised."""
    estimator = {"gamma": gamma, "lam": lam, "normalize_advantage_per_mini_batch": True, "rnd_cfg": None}
    settings: dict[str, Any] = {
        "algorithm": {"class_name": _Recorder, **estimator},
        "actor": {"class_name": Model, "table": np.log(policy)},
        "critic": {"class_name": Model, "table": values[:, None]},
        "obs_groups": {"actor": ["policy"], "critic": ["policy"]},
        "num_steps_per_env": steps,
    }
    with generators_kept(), redirect_stdout(io.StringIO()):
        torch.manual_seed(seed)
        runner = OnPolicyRunner(Vector([make_env() for _ in range(envs)], seed), settings)
        runner.learn(1)
    storage = runner.alg.storage
    columns = {"states": storage.observations["policy"], "actions": storage.actions, "rewards": storage.rewards}
    columns |= {"advantages": storage.advantages, "returns": storage.returns, "log_probs": storage.actions_log_prob}
    return SimpleNamespace(**{name: column[:, :, 0].numpy() for name, column in columns.items()})
