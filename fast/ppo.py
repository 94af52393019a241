"""Proximal policy optimisation on the CPU: play, estimate advantages, improve by minibatches of the clipped objective.

Schulman, Wolski, Dhariwal, Radford, Klimov (2017), "Proximal policy optimization algorithms", arXiv:1707.06347,
algorithm 1, with the elements that Huang et al. (2022), "The 37 implementation details of proximal policy
optimization", list; each is a field of `PPOConfig`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .adam import Adam
from .agent import Agent
from .environments import Environment
from .ppo_config import PPOConfig
from .ppo_gradient import STATISTICS, Batch
from .ppo_update import update
from .rollout import Rollout

__all__ = ["PPO"]


class PPO(Agent[PPOConfig]):
    """An agent with a tanh perceptron for the policy and one for the critic.

        PPO("CartPole-v1", PPOConfig(environments=64, steps=32)).learn(200_000)

    environment : the id of a registered environment, a vector environment (its autoreset mode is read from its
        metadata), or a function that makes one environment.
    config : every choice; the defaults of `PPOConfig` if None, with as many environments as a vector environment has.
    device : "cpu", or where all of it is to live: "cuda".

    An update reports the means over its minibatches of policy_loss, value_loss, entropy, approximate_kl,
    clip_fraction and gradient_norm.
    """

    config_type = PPOConfig

    def __new__(cls, environment: Any, config: PPOConfig | None = None, *, device: str = "cpu") -> Any:
        """An agent on the CPU; for any other device a `DevicePPO`, which takes environments that live there as well."""
        if device == "cpu":
            return super().__new__(cls)
        from .device.ppo import DevicePPO

        return DevicePPO(environment, config, device=device)

    def __init__(self, environment: Environment, config: PPOConfig | None = None, *, device: str = "cpu") -> None:
        del device
        super().__init__(environment, config)
        self.adam = Adam.zeros(self.network.parameters.size)

    def improve(self, rollout: Rollout, remaining: float) -> tuple[dict[str, float], int]:
        """Epochs of minibatches over the transitions of a rollout; the count is of those that changed the parameters.

        Every transition is visited once an epoch. Raises FloatingPointError where a gradient is no number.
        """
        rows = np.flatnonzero(rollout.valid).astype(np.int32)
        order = self.random.permuted(np.tile(rows, (self.config.epochs, 1)), axis=1)
        batch = Batch(
            rollout.observations.reshape(-1, self.network.inputs),
            rollout.actions.reshape(-1, self.network.action_size),
            rollout.log_probs.reshape(-1),
            rollout.values.reshape(-1),
            rollout.advantages.reshape(-1),
            rollout.returns.reshape(-1),
        )
        numbers = self.config.coefficients(remaining)
        means, minibatches = update(
            self.network, self.adam, batch, order, self.config.minibatch_size, numbers, threads=self.config.threads
        )
        return dict(zip(STATISTICS, means.tolist(), strict=True)), minibatches
