"""skrl's ``SequentialTrainer`` on its wrapper of a Gymnasium vector environment, made as Gymnasium makes it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from gymnasium.vector import SyncVectorEnv
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, DeterministicMixin, Model
from skrl.trainers.torch import SequentialTrainer

from .._torch import Table, generators_kept

__all__ = ["Actor", "Critic", "collected"]


class Actor(CategoricalMixin, Model):  # type: ignore[misc]
    """A table of logits."""

    def __init__(self, logits: Any, owned: dict[str, Any]) -> None:
        Model.__init__(self, **owned)
        CategoricalMixin.__init__(self)
        self.table = Table(logits)

    def compute(self, inputs: Any, _role: str) -> Any:
        """What the table says of the states observed."""
        return self.table(self.table.one_hot(inputs["observations"][:, 0].long())), {}

    def distribution(self, **_options: Any) -> Any:
        """Something with a deviation to log."""
        return torch.distributions.Normal(torch.zeros(1), torch.ones(1))


class Critic(DeterministicMixin, Model):  # type: ignore[misc]
    """A table of values."""

    def __init__(self, values: Any, owned: dict[str, Any]) -> None:
        Model.__init__(self, **owned)
        DeterministicMixin.__init__(self)
        self.table = Table(values[:, None])

    def compute(self, inputs: Any, _role: str) -> Any:
        """What the table says of the states observed."""
        return self.table(self.table.one_hot(inputs["observations"][:, 0].long())), {}


def collected(
    kind: Any, make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """The memory after the trainer has played; advantages are returns less values, before they are normalised."""
    vector = SyncVectorEnv([make_env] * envs)
    env = wrap_env(vector, wrapper="gymnasium", verbose=False)
    env._seed = seed
    owned = {"observation_space": env.observation_space, "action_space": env.action_space, "device": "cpu"}
    memory = RandomMemory(memory_size=steps, num_envs=envs, device="cpu")
    cfg: dict[str, Any] = {"rollouts": steps, "learning_epochs": 1, "mini_batches": 1, "learning_rate": 0.0}
    cfg |= {"discount_factor": gamma, "gae_lambda": lam, "time_limit_bootstrap": True}
    cfg["experiment"] = {"write_interval": 0, "checkpoint_interval": 0}
    models = {"policy": Actor(np.log(policy), owned), "value": Critic(values, owned)}
    agent = kind(models=models, memory=memory, cfg=cfg, **owned)
    with generators_kept():
        torch.manual_seed(seed)
        how = {"timesteps": steps, "headless": True, "disable_progressbar": True, "close_environment_at_exit": False}
        SequentialTrainer(env=env, agents=agent, cfg=how).train()
    held = {name: memory.get_tensor_by_name(name) for name in ("rewards", "returns", "values", "actions", "log_prob")}
    columns = {name: tensor[:, :, 0].detach().numpy() for name, tensor in held.items()}
    return SimpleNamespace(
        states=memory.get_tensor_by_name("observations")[:, :, 0].numpy(),
        actions=columns["actions"],
        rewards=columns["rewards"],
        advantages=columns["returns"] - columns["values"],
        returns=columns["returns"],
        log_probs=columns["log_prob"],
    )
