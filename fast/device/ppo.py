"""Proximal policy optimisation on one device; see `agent` for what lives where, and what no GPU has run."""

from __future__ import annotations

from math import inf

import numpy as np
import torch
from torch import Tensor

from ..environments import Environment
from ..ppo import PPO
from ..ppo_config import PPOConfig
from .adam import TensorAdam
from .agent import DeviceAgent
from .environments import Environments
from .graph import Replayed
from .ppo_loss import STATISTICS, Columns, Weights, normalize, ppo_loss

__all__ = ["DevicePPO"]

_KL, _NORM = STATISTICS.index("approximate_kl"), len(STATISTICS)
_TAKEN, _SEEN = _NORM + 1, _NORM + 2


class DevicePPO(DeviceAgent[PPOConfig]):
    """``PPO(environment, config, device="cuda")``; an update reports what it does on the CPU."""

    config_type = PPOConfig

    def __init__(
        self,
        environment: Environment | Environments,
        config: PPOConfig | None = None,
        *,
        device: torch.device | str = "cuda",
    ) -> None:
        super().__init__(environment, config, device=device)
        chosen, place = self.config, self.parameters.device
        self.adam = TensorAdam(self.parameters, beta1=chosen.beta1, beta2=chosen.beta2, epsilon=chosen.adam_epsilon)
        self._numbers = torch.zeros(6, device=place)
        self._going = torch.ones((), dtype=torch.bool, device=place)
        self._totals = torch.zeros(len(STATISTICS) + 3, dtype=torch.float64, device=place)
        state = [*self.adam.state, self._going, self._totals]
        self._epoch = Replayed(self._one_epoch, state, self.environments.generator)

    def improve(self, remaining: float) -> tuple[dict[str, float], int]:
        """Epochs of minibatches; the early stop is decided on the device, and later minibatches then do nothing."""
        numbers = self.config.coefficients(remaining)
        limits = (numbers.value_clip_range, numbers.value_coefficient, numbers.entropy_coefficient, numbers.kl_limit)
        told = (numbers.clip_range, *limits, numbers.learning_rate)
        self._numbers.copy_(torch.tensor(told, dtype=torch.float32))
        self._going.fill_(True)
        self._totals.zero_()
        for _ in range(self.config.epochs):
            self.shuffle()
            self._epoch()
        totals = self._totals.tolist()
        if not np.isfinite(totals[_NORM]):
            raise FloatingPointError(
                "a gradient is not finite: training stops with the parameters before it. Look for rewards or "
                "observations that are not finite or huge, or lower the learning rate"
            )
        names = (*STATISTICS, "gradient_norm")
        return {name: total / totals[_SEEN] for name, total in zip(names, totals, strict=False)}, int(totals[_TAKEN])

    def _on_cpu(self, environment: Environment) -> PPO:
        agent: PPO = PPO(environment, self.config)
        return agent

    def _one_epoch(self) -> None:
        size = self.config.minibatch_size
        for start in range(0, len(self.order), size):
            self._minibatch(self.order[start : start + size])

    def _minibatch(self, rows: Tensor) -> None:
        """A step of Adam along the gradient on some rows, unless the update is over."""
        gradient, statistics = self.gradient(rows)
        norm = torch.linalg.vector_norm(gradient, dtype=torch.float64)
        told = torch.cat([statistics, torch.stack([norm, torch.zeros_like(norm), torch.ones_like(norm)])])
        self._totals += torch.where(self._going, told, 0)
        self._going &= norm.isfinite() & (statistics[_KL] <= self._numbers[4])
        self._totals[_TAKEN] += self._going
        most = inf if self.config.max_gradient_norm is None else self.config.max_gradient_norm
        scale = (most / (norm + 1e-6)).clamp(max=1).to(gradient.dtype)
        self.adam.step(scale * gradient, self._numbers[5], self._going)

    def gradient(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The gradient of the loss on some rows of the rollout, as flat as the parameters, and ``STATISTICS``."""
        played = self.rollout
        x = played.observations.flatten(0, 1)[rows]
        flat = (played.log_probs, played.advantages, played.values, played.returns)
        log_probs, advantages, values, returns = (column.flatten()[rows] for column in flat)
        if self.config.normalize_advantages:
            advantages = normalize(advantages)
        columns = Columns(played.actions.flatten(0, 1)[rows], log_probs, advantages, values, returns)
        policy, critic = self.policy.linearise(self.theta, x), self.critic.linearise(self.phi, x)
        pulls, value_pull, statistics = ppo_loss(
            self.family, policy.outputs, critic.outputs[0][:, 0], columns, Weights(*self._numbers[:4])
        )
        return torch.cat([policy.pull(pulls), critic.pull((value_pull[:, None],))]), statistics
