"""Trust region policy optimisation on one device; see `agent` for what lives where, and what no GPU has run."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..environments import Environment
from ..trpo import TRPO
from ..trpo_config import TRPOConfig
from ..trust_region import Step, TrustRegionProblem
from .adam import TensorAdam
from .agent import DeviceAgent
from .environments import Environments
from .graph import Replayed
from .ppo_loss import normalize, value_loss

__all__ = ["DeviceTRPO"]


class DeviceTRPO(DeviceAgent[TRPOConfig]):
    """``TRPO(environment, config, device="cuda")``; an update reports what it does on the CPU.

    The natural gradient step is queued as a whole: gradient, conjugate gradients, length. The line search asks the
    device for two numbers a trial. An epoch of the critic is one CUDA graph.
    """

    config_type = TRPOConfig

    def __init__(
        self,
        environment: Environment | Environments,
        config: TRPOConfig | None = None,
        *,
        device: torch.device | str = "cuda",
    ) -> None:
        super().__init__(environment, config, device=device)
        place = self.parameters.device
        self.adam = TensorAdam(self.phi, beta1=0.9, beta2=0.999, epsilon=1e-8)
        self._rate = torch.tensor(self.config.critic_learning_rate, device=place)
        self._going = torch.ones((), dtype=torch.bool, device=place)
        self._totals = torch.zeros(2, dtype=torch.float64, device=place)
        state = [*self.adam.state, self._going, self._totals]
        self._epoch = Replayed(self._one_epoch, state, self.environments.generator)

    def improve(self, remaining: float) -> tuple[dict[str, float], int]:
        """One step of the policy, then the critic's epochs; the count is of the critic's minibatches."""
        del remaining
        step = self.policy_step()
        if not np.isfinite(step.slope):
            raise FloatingPointError(
                "the natural gradient is not finite: training stops with the last good parameters. Look for rewards "
                "or observations that are not finite or huge"
            )
        self.theta.copy_(step.parameters)
        self._going.fill_(True)
        self._totals.zero_()
        for _ in range(self.config.critic_epochs):
            self.shuffle()
            self._epoch()
        total, minibatches = self._totals.tolist()
        if not self._going:
            raise FloatingPointError(
                "the critic's gradient is not finite: training stops with the parameters before it"
            )
        statistics = {"kl": step.kl, "gain": step.gain, "scale": step.scale, "value_loss": total / minibatches}
        return statistics, int(minibatches)

    def policy_step(self) -> Step:
        """Where the line search ends; nothing changes."""
        played = self.rollout
        advantages = played.advantages.flatten()
        if self.config.normalize_advantages:
            advantages = normalize(advantages)
        observations, actions = played.observations.flatten(0, 1), played.actions.flatten(0, 1)
        problem = TrustRegionProblem(self.policy, self.family, self.theta, observations, actions, advantages)
        return problem.step(self.config.region())

    def _on_cpu(self, environment: Environment) -> TRPO:
        agent: TRPO = TRPO(environment, self.config)
        return agent

    def _one_epoch(self) -> None:
        size = self.config.critic_minibatch_size
        for start in range(0, len(self.order), size):
            self._minibatch(self.order[start : start + size])

    def _minibatch(self, rows: Tensor) -> None:
        """A step of Adam along the gradient of the critic's squared error, unless one was no number."""
        wanted = self.rollout.returns.flatten()[rows]
        here = self.critic.linearise(self.phi, self.rollout.observations.flatten(0, 1)[rows])
        values = here.outputs[0][:, 0]
        loss, pull = value_loss(values, values, wanted, float("inf"))
        gradient = here.pull((pull[:, None],))
        self._going &= gradient.isfinite().all()
        self._totals += torch.where(self._going, torch.stack([loss, torch.ones_like(loss)]), 0)
        self.adam.step(gradient, self._rate, self._going)
