"""Trust region policy optimisation on the CPU: play, estimate advantages, step inside the trust region, fit the critic.

Schulman, Levine, Moritz, Jordan, Abbeel (2015), "Trust region policy optimization", arXiv:1502.05477, appendix C; the
critic is fitted apart, by Adam on its squared error, as code bases do.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from .adam import Adam
from .agent import Agent
from .critic_update import fit_critic
from .distributions import CATEGORICAL, GAUSSIAN
from .environments import Environment
from .perceptron import Perceptron
from .ppo_loss import normalize
from .rollout import Rollout
from .trpo_config import TRPOConfig
from .trust_region import Step, TrustRegionProblem

__all__ = ["TRPO"]


class TRPO(Agent[TRPOConfig]):
    """An agent with a tanh perceptron for the policy and one for the critic.

        TRPO("CartPole-v1", TRPOConfig(environments=8, steps=256)).learn(100_000)

    environment : the id of a registered environment, a vector environment (its autoreset mode is read from its
        metadata), or a function that makes one environment.
    config : every choice; the defaults of `TRPOConfig` if None, with as many environments as a vector environment has.
    device : "cpu", or where all of it is to live: "cuda".

    An update reports ``kl``, mean KL(old ‖ new) over the rollout; ``gain``, by which the surrogate mean ρ Â grew;
    ``scale``, the share of the full step that the line search accepted, 0 for none; and ``value_loss``.
    """

    config_type = TRPOConfig

    def __new__(cls, environment: Any, config: TRPOConfig | None = None, *, device: str = "cpu") -> Any:
        """An agent on the CPU; for any other device a `DeviceTRPO`, which takes environments that live there too."""
        if device == "cpu":
            return super().__new__(cls)
        from .device.trpo import DeviceTRPO

        return DeviceTRPO(environment, config, device=device)

    def __init__(self, environment: Environment, config: TRPOConfig | None = None, *, device: str = "cpu") -> None:
        del device
        super().__init__(environment, config)
        self.adam = Adam.zeros(self.network.critic.size)
        self.family = CATEGORICAL if self.spaces.discrete else GAUSSIAN
        self.model = Perceptron(self.network.actor, self.family)

    def improve(self, rollout: Rollout, remaining: float) -> tuple[dict[str, float], int]:
        """One step of the policy, then the critic's epochs; the count is of the critic's minibatches."""
        del remaining
        config, rows = self.config, np.flatnonzero(rollout.valid).astype(np.int32)
        fit = partial(
            fit_critic,
            self.network.critic,
            self.network.critic_parameters,
            self.adam,
            rollout.observations.reshape(-1, self.network.inputs),
            rollout.returns.reshape(-1),
            self.random.permuted(np.tile(rows, (config.critic_epochs, 1)), axis=1),
            minibatch=config.critic_minibatch_size,
            learning_rate=config.critic_learning_rate,
        )
        if config.threads == 1:
            step, value_loss = self.policy_step(rollout), fit()
        else:
            with ThreadPoolExecutor(1) as pool:
                fitted = pool.submit(fit)
                step, value_loss = self.policy_step(rollout), fitted.result()
        self.network.parameters[: self.model.size] = step.parameters
        minibatches = config.critic_epochs * -(-len(rows) // config.critic_minibatch_size)
        return {"kl": step.kl, "gain": step.gain, "scale": step.scale, "value_loss": value_loss}, minibatches

    def policy_step(self, rollout: Rollout) -> Step:
        """Where the line search ends on the transitions of a rollout; nothing changes.

        Raises FloatingPointError where the direction is no number.
        """
        valid = rollout.valid
        advantages = rollout.advantages[valid]
        if self.config.normalize_advantages:
            normalize(advantages, advantages)
        actions = rollout.actions[valid]
        taken = actions[:, 0].astype(np.int64) if self.spaces.discrete else actions
        parameters = self.network.parameters[: self.model.size]
        problem = TrustRegionProblem(
            self.model, self.family, parameters, rollout.observations[valid], taken, advantages
        )
        step = problem.step(self.config.region())
        if not np.isfinite(step.slope):
            raise FloatingPointError(
                "the natural gradient is not finite: training stops with the last good parameters. Look for rewards "
                "or observations that are not finite or huge"
            )
        return step
