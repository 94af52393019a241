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
    from skrl.agents.torch.a2c import A2C
    from skrl.agents.torch.ppo import PPO
    from skrl.agents.torch.trpo import TRPO
    from skrl.memories.torch import RandomMemory
    from skrl.models.torch import DeterministicMixin, Model

    from .._collectors.skrl import collected
    from .._learning.skrl import learned
    from .._torch import parameter, tensor
except ImportError as error:
    raise NotInstalledError("skrl", "pip install skrl") from error

__all__ = [
    "A2C",
    "PPO",
    "TRPO",
    "VERSION",
    "Critic",
    "Policy",
    "collected",
    "learned",
    "made",
    "normalised",
    "recorded",
]

VERSION = version("skrl")
_SPACE = spaces.Box(-np.inf, np.inf, (1,), dtype=np.float32)
logging.getLogger("skrl").setLevel(logging.ERROR)


class Critic(DeterministicMixin, Model):  # type: ignore[misc]
    """Values of states as free parameters."""

    def __init__(self, free: Any) -> None:
        Model.__init__(self, observation_space=_SPACE, action_space=_SPACE, device="cpu")
        DeterministicMixin.__init__(self)
        self.free = parameter(free)

    def compute(self, inputs: Any, _role: str) -> Any:
        """The numbers of the rows observed."""
        return self.free[inputs["observations"][:, 0].long()][:, None], {}


class Policy(Critic):
    """Log-probabilities of rows as free parameters, whatever the action."""

    def act(self, inputs: Any, *, role: str = "") -> Any:
        """Action 0, and the log-probabilities of the rows observed."""
        log_probs, _ = self.compute(inputs, role)
        return torch.zeros_like(log_probs), {"log_prob": log_probs, "mean_actions": log_probs}

    def distribution(self, **_options: Any) -> Any:
        """Something with a deviation to log."""
        return torch.distributions.Normal(torch.zeros(1), torch.ones(1))


def made(kind: Any, policy: Any, value: Any, memory: Any, space: Any = _SPACE, **settings: Any) -> Any:
    """An agent with an empty memory; what was not asked for is switched off."""
    plain = {"learning_rate": 0.0, "grad_norm_clip": 0.0, "rollouts": memory.memory_size, "mini_batches": 1}
    plain |= {} if kind is A2C else {"learning_epochs": 1}
    config = plain | settings | {"experiment": {"write_interval": 0, "checkpoint_interval": 0}}
    owned = {"observation_space": _SPACE, "action_space": space, "device": "cpu"}
    agent = kind(models={"policy": policy, "value": value}, memory=memory, cfg=config, **owned)
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
) -> tuple[Any, Any, Any]:
    """Returns and advantages ``[T, N]`` by ``compute_gae``, from the memory that ``record_transition`` filled.

    Advantages come twice: as returns less values, which they are before they are normalised, and normalised.
    """
    steps, envs = rewards.shape
    table = np.concatenate([values, next_values]).ravel()
    estimator = {"discount_factor": gamma, "gae_lambda": lam, "time_limit_bootstrap": time_limit_bootstrap}
    memory = RandomMemory(memory_size=steps, num_envs=envs, device="cpu")
    agent = made(kind, Policy(np.zeros(len(table))), Critic(table), memory, **estimator)
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
    held = {name: memory.get_tensor_by_name(name) for name in ("rewards", "terminated", "truncated", "values")}
    compute_gae = sys.modules[kind.__module__].compute_gae
    last, _ = agent.value.act({"observations": states[1, -1]}, role="value")
    factors = {"discount_factor": gamma, "lambda_coefficient": lam, "time_limit_bootstrap": time_limit_bootstrap}
    returns, normalised = compute_gae(**held, last_values=last, **factors)
    results = (returns, returns - held["values"], normalised)
    return tuple(result[:, :, 0].detach().numpy() for result in results)


def normalised(kind: Any, advantages: Any) -> Any:
    """What ``compute_gae`` makes of advantages ``[B]``: they are rewards of B episodes of one step, and V = 0."""
    rewards = advantages[None]
    nothing, ended = np.zeros_like(rewards), np.ones(rewards.shape, dtype=bool)
    return recorded(kind, rewards, nothing, nothing, ended, ~ended, gamma=0.0, lam=0.0)[2][0]
