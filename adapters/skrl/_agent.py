"""What the targets of skrl share: models whose outputs are free parameters, and an agent that has recorded a rollout.

``time_limit_bootstrap`` is on unless a target says otherwise; a state is the number of its row in a table.
"""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version
from typing import Any

import numpy as np

from .. import NotInstalledError

try:
    import torch
    from gymnasium import spaces
    from skrl.agents.torch.ppo import PPO
    from skrl.agents.torch.trpo import TRPO
    from skrl.memories.torch import RandomMemory
    from skrl.models.torch import DeterministicMixin, Model

    from .._collectors.skrl import collected
    from .._learning.skrl import learned
    from .._torch import parameter, tensor
except ImportError as error:
    raise NotInstalledError("skrl", "pip install skrl") from error

__all__ = ["PPO", "TRPO", "VERSION", "collected", "learned", "recorded"]

VERSION = version("skrl")
_SPACE = spaces.Box(-np.inf, np.inf, (1,), dtype=np.float32)
logging.getLogger("skrl").setLevel(logging.ERROR)


class _Critic(DeterministicMixin, Model):  # type: ignore[misc]
    """Values of states as free parameters."""

    def __init__(self, free: Any) -> None:
        Model.__init__(self, observation_space=_SPACE, action_space=_SPACE, device="cpu")
        DeterministicMixin.__init__(self)
        self.free = parameter(free)

    def compute(self, inputs: Any, _role: str) -> Any:
        return self.free[inputs["observations"][:, 0].long()][:, None], {}


class _Policy(_Critic):
    """Log-probabilities of rows as free parameters, whatever the action."""

    def act(self, inputs: Any, *, role: str = "") -> Any:
        log_probs, _ = self.compute(inputs, role)
        return torch.zeros_like(log_probs), {"log_prob": log_probs, "mean_actions": log_probs}

    def distribution(self, *, role: str = "") -> Any:  # noqa: ARG002 - skrl's signature
        return torch.distributions.Normal(torch.zeros(1), torch.ones(1))


def _made(kind: Any, log_probs: Any, values: Any, steps: int, envs: int, **settings: Any) -> Any:
    """An agent on free parameters with an empty memory; what was not asked for is switched off."""
    plain = {"learning_rate": 0.0, "grad_norm_clip": 0.0, "rollouts": steps, "learning_epochs": 1, "mini_batches": 1}
    silent = {"write_interval": 0, "checkpoint_interval": 0}
    models = {"policy": _Policy(log_probs), "value": _Critic(values)}
    memory = RandomMemory(memory_size=steps, num_envs=envs, device="cpu", replacement=False)
    config = plain | settings | {"experiment": silent}
    owned = {"observation_space": _SPACE, "action_space": _SPACE, "device": "cpu"}
    agent = kind(models=models, memory=memory, cfg=config, **owned)
    agent.init()
    agent.enable_training_mode(True)
    return agent


def recorded(
    kind: Any,
    rewards: Any,
    values: Any,
    next_values: Any,
    terminated: Any,
    truncated: Any,
    *,
    gamma: float,
    lam: float,
    time_limit_bootstrap: bool = True,
) -> tuple[Any, Any]:
    """Returns and advantages ``[T, N]`` by ``compute_gae``, from the memory that ``record_transition`` filled.

    Advantages are returns less values, as they are before they are normalised.
    """
    steps, envs = rewards.shape
    table = np.concatenate([values, next_values]).ravel()
    estimator = {"discount_factor": gamma, "gae_lambda": lam, "time_limit_bootstrap": time_limit_bootstrap}
    agent = _made(kind, np.zeros(len(table)), table, steps, envs, **estimator)
    states = tensor(np.arange(float(len(table))).reshape(2, steps, envs, 1))
    for t in range(steps):
        actions, _ = agent.act(states[0, t], None, timestep=t, timesteps=steps)
        flags = {"terminated": tensor(terminated[t])[:, None], "truncated": tensor(truncated[t])[:, None]}
        agent.record_transition(
            observations=states[0, t],
            states=None,
            actions=actions.detach(),
            rewards=tensor(rewards[t])[:, None],
            next_observations=states[1, t],
            next_states=None,
            infos={},
            timestep=t,
            timesteps=steps,
            **flags,
        )
    memory = {name: agent.memory.get_tensor_by_name(name) for name in ("rewards", "terminated", "truncated", "values")}
    compute_gae = sys.modules[kind.__module__].compute_gae
    last, _ = agent.value.act({"observations": states[1, -1]}, role="value")
    factors = {"discount_factor": gamma, "lambda_coefficient": lam, "time_limit_bootstrap": time_limit_bootstrap}
    returns, _ = compute_gae(**memory, last_values=last, **factors)
    advantages = returns - memory["values"]
    return returns[:, :, 0].detach().numpy(), advantages[:, :, 0].detach().numpy()
