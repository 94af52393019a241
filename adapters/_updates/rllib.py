"""RLlib, the new stack: ``PPOTorchLearner.update``, on a batch where plain, else on episodes of one step each."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.rl_module.apis.value_function_api import ValueFunctionAPI
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.policy.sample_batch import MultiAgentBatch, SampleBatch

from .._collectors.rllib import shallow
from .._torch import generators_kept, tensor
from . import Given, PlainAscent
from ._rows import Nothing, Rows, action_space

__all__ = ["inputs", "ppo"]

ADDED = -1
"""The observation after an episode, where RLlib adds a step."""


@shallow
def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """Parameters, and the rows of each step, without steps that were added."""
    config = PPOConfig().rl_module(rl_module_spec=RLModuleSpec(_Module, model_config={"given": given}))
    if plain:
        config = config.learners(learner_class=_Descent)
        config = config.training(use_kl_loss=False, lr=plain.learning_rate, clip_param=plain.clip_range)
    size, space = len(given.states), action_space(given)
    observed = spaces.Box(ADDED, size, (1,), dtype=np.float32)
    with generators_kept():
        learner = config.build_learner(spaces={DEFAULT_MODULE_ID: (observed, space)})
        if plain:
            learner.update(batch=_batch(given), num_epochs=plain.epochs, minibatch_size=size)
        else:
            epochs = {"num_epochs": config.num_epochs, "minibatch_size": config.minibatch_size}
            epochs["shuffle_batch_per_epoch"] = config.shuffle_batch_per_epoch
            learner.update(episodes=_episodes(given), **epochs)
    rows = learner.module[DEFAULT_MODULE_ID].unwrapped().rows
    return rows.vector, [asked[asked != ADDED] for asked in rows.asked]


class _Module(TorchRLModule, ValueFunctionAPI):  # type: ignore[misc]
    """The policy of the batch, and a critic that says 0."""

    def setup(self) -> None:
        self.rows, self.nothing = Rows(self.model_config["given"]), Nothing()

    def _forward(self, batch: Any, **_options: Any) -> Any:
        outputs = self.rows(batch["obs"])
        return {"action_dist_inputs": torch.cat(outputs, dim=1) if isinstance(outputs, tuple) else outputs}

    def compute_values(self, batch: Any, embeddings: Any = None) -> Any:  # noqa: ARG002 - RLlib's signature
        return self.nothing(batch["obs"])[:, 0]


class _Descent(PPOTorchLearner):  # type: ignore[misc]
    """Plain SGD."""

    def configure_optimizers_for_module(self, module_id: Any, config: Any = None) -> None:
        rate = (config or self.config).lr
        free = list(self.module[module_id].parameters())
        optimiser = torch.optim.SGD(free, lr=rate)
        self.register_optimizer(module_id=module_id, optimizer=optimiser, params=free, lr_or_lr_schedule=rate)


def inputs(given: Given) -> Any:
    """What the distributions of all rows are made from, ``[B, ...]``."""
    outputs = Rows(given)(torch.arange(len(given.states)))
    return (torch.cat(outputs, dim=1) if isinstance(outputs, tuple) else outputs).detach()


def _batch(given: Given) -> Any:
    size = len(given.states)
    columns = {"obs": torch.arange(float(size))[:, None], "actions": tensor(given.actions)}
    columns |= {"action_logp": tensor(given.log_probs), "action_dist_inputs": inputs(given)}
    columns |= {"advantages": tensor(given.advantages), "value_targets": torch.zeros(size)}
    return MultiAgentBatch({DEFAULT_MODULE_ID: SampleBatch(columns)}, env_steps=size)


def _episodes(given: Given) -> list[Any]:
    columns = (given.actions, given.advantages, given.log_probs, inputs(given).numpy())
    discrete = len(given.tables) == 1
    return [
        SingleAgentEpisode(
            observations=[np.array([state], dtype=np.float32) for state in (row, ADDED)],
            actions=[action if discrete else np.float32(action)],
            rewards=[float(advantage)],
            terminated=True,
            extra_model_outputs={"action_logp": [np.float32(log_prob)], "action_dist_inputs": [inputs]},
            len_lookback_buffer=0,
        )
        for row, (action, advantage, log_prob, inputs) in enumerate(zip(*columns, strict=True))
    ]
