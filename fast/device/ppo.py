"""Proximal policy optimisation on one device: environments, networks and updates never leave it.

The algorithm, its configuration and the layout of the parameters are those of `PPO` on the CPU. A rollout is one CUDA
graph, and so is an epoch of minibatches; the host asks for numbers once an update, when it reports.

No GPU has run this: on a CPU the same code runs without graphs and Triton kernels, which is how it is tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, nan
from time import perf_counter
from typing import Self

import numpy as np
import torch
from torch import Generator, Tensor

from ..actor_critic import ActorCritic
from ..agent import Update
from ..distributions import CATEGORICAL, GAUSSIAN
from ..environments import Environment
from ..ppo_config import PPOConfig
from ..progress import shown
from .adam import TensorAdam
from .environments import CartPole, Environments, Pendulum
from .graph import Replayed
from .hosted import Hosted
from .perceptron import TensorPerceptron
from .ppo_loss import STATISTICS, Columns, Weights, normalize, ppo_loss
from .rollout import DeviceRollout

__all__ = ["DevicePPO"]

KNOWN: dict[str, type[CartPole] | type[Pendulum]] = {"CartPole-v1": CartPole, "Pendulum-v1": Pendulum}
_KL, _NORM = STATISTICS.index("approximate_kl"), len(STATISTICS)
_TAKEN, _SEEN = _NORM + 1, _NORM + 2


class DevicePPO:
    """``PPO(environment, config, device="cuda")``.

    environment : environments that live on the device; or what `PPO` takes. ``CartPole-v1`` and ``Pendulum-v1`` then
        live on the device, all others on the host.
    config : as on the CPU; observations and rewards are not normalised here.

    Raises ValueError where the configuration asks for running normalisation, or for another number of environments.
    """

    def __init__(
        self,
        environment: Environment | Environments,
        config: PPOConfig | None = None,
        *,
        device: torch.device | str = "cuda",
    ) -> None:
        if config is None:
            count = getattr(environment, "envs", getattr(environment, "num_envs", PPOConfig.environments))
            config = PPOConfig(environments=count)
        if config.normalize_observations or config.normalize_rewards:
            raise ValueError("running normalisation is not offered on a device; use the CPU, or switch it off")
        self.config, self.environments = config, _placed(environment, config, device)
        envs, device = self.environments, self.environments.device
        network = ActorCritic(envs.observation_size, config.hidden, envs.actions, discrete=not envs.continuous)
        network.initialise(np.random.default_rng(config.seed), orthogonal=config.orthogonal, log_std=config.log_std)
        self.parameters = torch.tensor(network.parameters, device=device)
        start = network.shape.critic_start
        self._theta, self._phi = self.parameters[:start], self.parameters[start:]
        self.policy = TensorPerceptron(network.actor, GAUSSIAN if envs.continuous else CATEGORICAL)
        self.critic = TensorPerceptron(network.critic, None)
        self.adam = TensorAdam(self.parameters, beta1=config.beta1, beta2=config.beta2, epsilon=config.adam_epsilon)
        self.rollout = DeviceRollout(envs, config.steps)
        self.steps = 0
        rows = config.steps * config.environments
        self._order = torch.zeros(rows, dtype=torch.int64, device=device)
        self._numbers = torch.zeros(6, device=device)
        self._going = torch.ones((), dtype=torch.bool, device=device)
        self._totals = torch.zeros(len(STATISTICS) + 3, dtype=torch.float64, device=device)
        generator = envs.generator
        self._play = self._played if envs.kept is None else Replayed(self._played, self.rollout.state, generator)
        self._epoch = Replayed(self._one_epoch, [*self.adam.state, self._going, self._totals], generator)

    def learn(self, total_steps: int, *, progress: bool | None = None) -> Self:
        """Play and learn until `total_steps` more transitions were learned from; returns the agent itself.

        Raises FloatingPointError where a gradient is no finite number; the parameters are the last good ones.
        """
        for report in shown(self.updates(total_steps), total_steps, self.steps, progress):
            del report
        return self

    def updates(self, total_steps: int) -> Iterator[Update]:
        """The same, one update at a time. ``mean_return`` is of the episodes that ended in the rollout."""
        first, config = self.steps, self.config
        self.rollout.begin()
        while self.steps - first < total_steps:
            started = perf_counter()
            self._play()
            finished, earned = self.rollout.finished.tolist()
            played = perf_counter()
            spread = _explained_variance(self.rollout.returns, self.rollout.values)
            statistics, minibatches = self._improve(1 - (self.steps - first) / total_steps)
            self.steps += config.steps * config.environments
            yield Update(
                steps=self.steps,
                minibatches=minibatches,
                statistics=statistics,
                explained_variance=spread,
                mean_return=earned / finished if finished else nan,
                seconds=(played - started, perf_counter() - played),
            )

    def outputs(self, observations: Tensor) -> tuple[Tensor, ...]:
        """What the policy says of observations: logits, or mean and log σ."""
        return self.policy.outputs(self._theta, observations)

    def _played(self) -> None:
        config = self.config
        self.rollout.play(self.policy, self.critic, self._theta, self._phi, gamma=config.gamma, lam=config.lam)

    def _improve(self, remaining: float) -> tuple[dict[str, float], int]:
        """Epochs of minibatches; the early stop is decided on the device, and later minibatches then do nothing."""
        numbers = self.config.coefficients(remaining)
        limits = (numbers.value_clip_range, numbers.value_coefficient, numbers.entropy_coefficient, numbers.kl_limit)
        told = (numbers.clip_range, *limits, numbers.learning_rate)
        self._numbers.copy_(torch.tensor(told, dtype=torch.float32))
        self._going.fill_(True)
        self._totals.zero_()
        for _ in range(self.config.epochs):
            order = torch.randperm(len(self._order), generator=self.environments.generator, device=self._order.device)
            self._order.copy_(order)
            self._epoch()
        totals = self._totals.tolist()
        if not np.isfinite(totals[_NORM]):
            raise FloatingPointError(
                "a gradient is not finite: training stops with the parameters before it. Look for rewards or "
                "observations that are not finite or huge, or lower the learning rate"
            )
        names = (*STATISTICS, "gradient_norm")
        return {name: total / totals[_SEEN] for name, total in zip(names, totals, strict=False)}, int(totals[_TAKEN])

    def _one_epoch(self) -> None:
        size = self.config.minibatch_size
        for start in range(0, len(self._order), size):
            self._minibatch(self._order[start : start + size])

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
        policy, critic = self.policy.linearise(self._theta, x), self.critic.linearise(self._phi, x)
        assert self.policy.family is not None
        pulls, value_pull, statistics = ppo_loss(
            self.policy.family, policy.outputs, critic.outputs[0][:, 0], columns, Weights(*self._numbers[:4])
        )
        return torch.cat([policy.pull(pulls), critic.pull((value_pull[:, None],))]), statistics


def _placed(environment: Environment | Environments, config: PPOConfig, device: torch.device | str) -> Environments:
    """The environments, made where they are only named."""
    if isinstance(environment, Environments):
        if environment.envs != config.environments:
            raise ValueError(
                f"there are {environment.envs} environments, and {config.environments} in the configuration; "
                f"pass environments={environment.envs}"
            )
        return environment
    if isinstance(environment, str) and environment in KNOWN:
        generator = Generator(device).manual_seed(config.seed)
        return KNOWN[environment](config.environments, device=device, generator=generator)
    return Hosted(environment, config.environments, seed=config.seed, device=device)


def _explained_variance(returns: Tensor, values: Tensor) -> float:
    variance, left = float(returns.var(correction=0)), float((returns - values).var(correction=0))
    return 1 - left / variance if variance > 0 else nan
