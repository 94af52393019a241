"""rl_games: ``train_epoch`` of its agents on a rollout of B steps, each of which ended an episode.

For most settings of PPO it has no defaults: those taken are of two of its examples, with as many minibatches.
"""

from __future__ import annotations

from contextlib import redirect_stdout
from importlib.resources import files
from io import StringIO
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
import rl_games
import torch
import yaml
from gymnasium import spaces
from rl_games.algos_torch.a2c_continuous import A2CAgent
from rl_games.algos_torch.a2c_discrete import DiscreteA2CAgent
from rl_games.algos_torch.model_builder import register_network
from rl_games.algos_torch.network_builder import NetworkBuilder
from rl_games.common.algo_observer import DefaultAlgoObserver
from torch import nn

from .._torch import generators_kept, tensor
from . import Given, PlainAscent
from ._rows import Nothing, Rows, action_space, numbered

__all__ = ["ppo"]

PLAIN: dict[str, Any] = {"normalize_advantage": False, "truncate_grads": False, "entropy_coef": 0.0}
PLAIN |= {"lr_schedule": None, "bounds_loss_coef": 0.0}


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``train_epoch``: parameters, and the rows of each step."""
    size, discrete, rows = len(given.states), len(given.tables) == 1, Rows(given)
    space = action_space(given)
    example = files(rl_games) / "configs" / ("ppo_cartpole.yaml" if discrete else "dm_control/pendulum_swingup.yaml")
    config = yaml.safe_load(example.read_text())["params"]["config"]
    minibatches = 1 if plain else config["num_actors"] * config["horizon_length"] // config["minibatch_size"]
    config |= {"minibatch_size": size // minibatches, "normalize_input": False}
    if plain:
        config |= PLAIN | {"mini_epochs": plain.epochs, "e_clip": plain.clip_range}
        config["learning_rate"] = plain.learning_rate
    config |= {"num_actors": 1, "horizon_length": size, "device": "cpu", "reward_shaper": None}
    config |= {"env_info": {"observation_space": spaces.Box(-np.inf, np.inf, (1,)), "action_space": space}}
    config |= {"vec_env": SimpleNamespace(set_train_info=lambda *_: None)}
    config |= {"features": {"observer": DefaultAlgoObserver()}}
    model = {"name": "discrete_a2c" if discrete else "continuous_a2c_logstd"}
    with generators_kept(), TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        network = {"name": "given", "rows": rows}
        settings = {"config": config | {"train_dir": folder}, "model": model, "network": network}
        agent = (DiscreteA2CAgent if discrete else A2CAgent)("given", settings)
        if plain:
            agent.optimizer = torch.optim.SGD(rows.parameters(), lr=plain.learning_rate)
        agent.init_tensors()
        agent.play_steps = lambda: _rollout(given, rows)
        agent.train_epoch()
        agent.writer.close()
    return rows.vector, rows.asked


class _Builder(NetworkBuilder):  # type: ignore[misc]
    def load(self, params: Any) -> None:
        self.rows = params["rows"]

    def build(self, _name: str, **_options: Any) -> Any:
        return _Network(self.rows)


class _Network(nn.Module):
    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows, self.nothing = rows, Nothing()

    def forward(self, inputs: Any) -> Any:
        outputs, value = self.rows(inputs["obs"]), self.nothing(inputs["obs"])
        return (*outputs, value, None) if isinstance(outputs, tuple) else (outputs, value, None)

    def is_rnn(self) -> bool:
        return False

    def get_aux_loss(self) -> None:
        return None


register_network("given", _Builder)


def _rollout(given: Given, rows: Rows) -> dict[str, Any]:
    """What ``play_steps`` returns; the order of the rows is drawn: later the library shuffles nothing."""
    seen = numbered(given)
    columns = {"obses": seen, "actions": tensor(given.actions), "neglogpacs": -tensor(given.log_probs)}
    columns |= {"returns": tensor(given.advantages)[:, None], "values": 0 * seen, "dones": torch.ones(len(seen))}
    if len(given.tables) == 2:
        mean, log_std = rows(seen)
        columns |= {"mus": mean, "sigmas": log_std.exp()}
    order = torch.randperm(len(seen))
    return {name: column[order] for name, column in columns.items()} | {"played_frames": len(seen), "step_time": 0.0}
