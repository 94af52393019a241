"""Agents of rl_games on a network of ours, which write nothing.

For most settings of PPO it has no defaults: those taken are of two of its examples.
"""

from __future__ import annotations

from contextlib import redirect_stdout
from copy import deepcopy
from functools import cache
from importlib.resources import files
from io import StringIO
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import rl_games
import torch
import yaml
from gymnasium import spaces
from rl_games.algos_torch.a2c_continuous import A2CAgent
from rl_games.algos_torch.a2c_discrete import DiscreteA2CAgent
from rl_games.algos_torch.model_builder import register_model, register_network
from rl_games.algos_torch.network_builder import NetworkBuilder
from rl_games.common import a2c_common
from rl_games.common.algo_observer import DefaultAlgoObserver
from torch import nn

from ._torch import generators_kept, parameter

__all__ = ["PLAIN", "FreeRows", "Network", "agent", "example", "trained"]

PLAIN: dict[str, Any] = {"normalize_advantage": False, "truncate_grads": False, "entropy_coef": 0.0}
PLAIN |= {"lr_schedule": None, "bounds_loss_coef": 0.0}
EXAMPLES = {True: "ppo_cartpole.yaml", False: "dm_control/pendulum_swingup.yaml"}


class Network(nn.Module):
    """Logits, or means and log σ, and values of observations ``[B, 1]``, as one of its networks returns them."""

    def __init__(self, policy: nn.Module, critic: nn.Module) -> None:
        super().__init__()
        self.policy, self.critic = policy, critic

    def forward(self, inputs: Any) -> Any:
        """Outputs, values ``[B, 1]``, and no memory."""
        outputs, values = self.policy(inputs["obs"]), self.critic(inputs["obs"])
        return (*outputs, values, None) if isinstance(outputs, tuple) else (outputs, values, None)

    def is_rnn(self) -> bool:
        """No."""
        return False

    def get_aux_loss(self) -> None:
        """None."""


class FreeRows(Network):
    """A model: log-probabilities of rows as free parameters, whatever the action; values and entropies are 0."""

    def __init__(self, log_probs: Any) -> None:
        super().__init__(nn.Identity(), nn.Identity())
        self.free = parameter(log_probs)

    def forward(self, inputs: Any) -> Any:
        """Of the rows whose numbers are the observations."""
        chosen = self.free[inputs["obs"][:, 0].long()]
        return {"prev_neglogp": -chosen, "values": torch.zeros(len(chosen), 1), "entropy": torch.zeros(len(chosen))}


def example(*, discrete: bool) -> dict[str, Any]:
    """The settings of an example."""
    return deepcopy(_shipped(EXAMPLES[discrete]))


def agent(
    network: nn.Module, action_space: Any, steps: int, *, model: str = "", actors: int = 1, **changed: Any
) -> Any:
    """An agent that plays ``steps`` steps an epoch."""
    discrete = isinstance(action_space, spaces.Discrete)
    config = example(discrete=discrete) | {"normalize_input": False, "reward_shaper": None, "seq_length": 1}
    config |= {"env_info": {"observation_space": spaces.Box(-np.inf, np.inf, (1,)), "action_space": action_space}}
    config |= {"vec_env": SimpleNamespace(set_train_info=lambda *_: None), "device": "cpu", "train_dir": _folder().name}
    config |= {"num_actors": actors, "horizon_length": steps, "minibatch_size": steps * actors}
    config |= {"features": {"observer": DefaultAlgoObserver()}, "full_experiment_name": "given"}
    name = model or ("discrete_a2c" if discrete else "continuous_a2c_logstd")
    settings = {"config": config | changed, "model": {"name": name}, "network": {"name": "given", "network": network}}
    kind = DiscreteA2CAgent if discrete else A2CAgent
    with generators_kept(), redirect_stdout(StringIO()), patch.object(a2c_common, "SummaryWriter"):
        return kind("given", settings)


def trained(made: Any, rollout: dict[str, Any]) -> Any:
    """What ``train_epoch`` returns, in place of whose ``play_steps`` stands a rollout."""
    with generators_kept(), redirect_stdout(StringIO()):
        made.init_tensors()
        made.play_steps = lambda: rollout | {"played_frames": len(rollout["dones"]), "step_time": 0.0}
        return made.train_epoch()


@cache
def _shipped(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((files(rl_games) / "configs" / name).read_text())["params"]["config"]
    return read


@cache
def _folder() -> Any:
    """Where agents make folders for what they would write."""
    return TemporaryDirectory()


class _Builder(NetworkBuilder):  # type: ignore[misc]
    """Of a network that is given."""

    def load(self, params: Any) -> None:
        self.network = params["network"]

    def build(self, _name: str, **_options: Any) -> Any:
        return self.network


class _Given:
    """A network that is a model."""

    def __init__(self, builder: _Builder) -> None:
        self.builder = builder

    def build(self, _config: Any) -> Any:
        return self.builder.network


register_network("given", _Builder)
register_model("given", _Given)
