"""What agents on one device have in common: environments, networks and updates never leave it.

The algorithms, their configurations and the layout of the parameters are those of the CPU. A rollout is one CUDA graph,
and so is an epoch of minibatches; the host asks for numbers when an update reports, and nowhere else but in a line
search.

No GPU has run this: on a CPU the same code runs without graphs and Triton kernels, which is how it is tested.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from math import nan
from time import perf_counter
from typing import Any, ClassVar, Generic, Self

import numpy as np
import torch
from torch import Generator, Tensor

from ..actor_critic import ActorCritic
from ..agent import Agent, Config, Update
from ..distributions import CATEGORICAL, GAUSSIAN
from ..environments import Environment
from ..progress import shown
from .adam import TensorAdam
from .environments import CartPole, Environments, Pendulum
from .graph import Replayed
from .hosted import Hosted
from .perceptron import TensorPerceptron
from .rollout import DeviceRollout

__all__ = ["DeviceAgent"]

KNOWN: dict[str, type[CartPole] | type[Pendulum]] = {"CartPole-v1": CartPole, "Pendulum-v1": Pendulum}


class DeviceAgent(ABC, Generic[Config]):
    """An agent with a perceptron for the policy and one for the critic; how it improves is up to the algorithm.

    environment : environments that live on the device; or what an agent on the CPU takes. ``CartPole-v1`` and
        ``Pendulum-v1`` then live on the device, all others on the host.
    config : as on the CPU; observations and rewards are not normalised here.

    Raises ValueError where the configuration asks for running normalisation, or for another number of environments;
    RuntimeError for a CUDA device where there is none.
    """

    config_type: ClassVar[type[Any]]
    adam: TensorAdam
    """The moments of whatever Adam changes."""

    def __init__(
        self,
        environment: Environment | Environments,
        config: Config | None = None,
        *,
        device: torch.device | str = "cuda",
    ) -> None:
        if config is None:
            count = getattr(environment, "num_envs", self.config_type.environments)
            config = self.config_type(environments=getattr(environment, "envs", count))
        if torch.device(device).type == "cuda" and not torch.cuda.is_available():
            raise RuntimeError("there is no CUDA device here: leave device out to use the CPU")
        if config.normalize_observations or config.normalize_rewards:
            raise ValueError("running normalisation is not offered on a device; use the CPU, or switch it off")
        self.config: Config = config
        self.environments = _placed(environment, config.environments, config.seed, device)
        envs, device = self.environments, self.environments.device
        network = ActorCritic(envs.observation_size, config.hidden, envs.actions, discrete=not envs.continuous)
        network.initialise(np.random.default_rng(config.seed), orthogonal=config.orthogonal, log_std=config.log_std)
        self.parameters = torch.tensor(network.parameters, device=device)
        start = network.shape.critic_start
        self.theta, self.phi = self.parameters[:start], self.parameters[start:]
        self.family = GAUSSIAN if envs.continuous else CATEGORICAL
        self.policy = TensorPerceptron(network.actor, self.family)
        self.critic = TensorPerceptron(network.critic, None)
        self.rollout = DeviceRollout(envs, config.steps)
        self.steps = 0
        self.order = torch.zeros(config.steps * config.environments, dtype=torch.int64, device=device)
        self._play = self._played
        if envs.kept is not None:
            self._play = Replayed(self._played, self.rollout.state, envs.generator)

    @abstractmethod
    def improve(self, remaining: float) -> tuple[dict[str, float], int]:
        """Learn from the rollout; what there is to report, and how many gradient steps were taken.

        FloatingPointError where a gradient is no number; the parameters are then the last good ones.
        """

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
            statistics, minibatches = self.improve(1 - (self.steps - first) / total_steps)
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
        return self.policy.outputs(self.theta, observations)

    def to_cpu(self, environment: Environment) -> Agent[Config]:
        """The agent of the CPU with the same parameters, moments and count of steps: it evaluates, saves, goes on."""
        agent = self._on_cpu(environment)
        agent.network.parameters[:] = self.parameters.cpu().numpy()
        agent.adam.first[:], agent.adam.second[:] = (part.cpu().numpy() for part in (self.adam.first, self.adam.second))
        agent.adam.steps[0], agent.steps = int(self.adam.steps), self.steps
        return agent

    @abstractmethod
    def _on_cpu(self, environment: Environment) -> Agent[Config]:
        """A new agent of the CPU with this configuration."""

    def shuffle(self) -> None:
        """Another order of the rows of the rollout."""
        generator, device = self.environments.generator, self.order.device
        self.order.copy_(torch.randperm(len(self.order), generator=generator, device=device))

    def _played(self) -> None:
        config = self.config
        self.rollout.play(self.policy, self.critic, self.theta, self.phi, gamma=config.gamma, lam=config.lam)


def _placed(environment: Environment | Environments, count: int, seed: int, device: torch.device | str) -> Environments:
    """The environments, made where they are only named."""
    if isinstance(environment, Environments):
        if environment.envs != count:
            raise ValueError(
                f"there are {environment.envs} environments, and {count} in the configuration; "
                f"pass environments={environment.envs}"
            )
        return environment
    if isinstance(environment, str) and environment in KNOWN:
        return KNOWN[environment](count, device=device, generator=Generator(device).manual_seed(seed))
    return Hosted(environment, count, seed=seed, device=device)


def _explained_variance(returns: Tensor, values: Tensor) -> float:
    variance, left = float(returns.var(correction=0)), float((returns - values).var(correction=0))
    return 1 - left / variance if variance > 0 else nan
