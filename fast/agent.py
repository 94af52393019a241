"""What agents have in common: they play, estimate advantages and improve, until they have seen enough."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from time import perf_counter
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import checkpoint
from .actor_critic import ActorCritic
from .adam import Adam
from .agent_config import AgentConfig
from .environments import Environment, Spaces, vectorised
from .evaluation_episodes import episode_returns
from .normalisation import RewardScale, RunningMoments
from .progress import shown
from .rollout import Collector, Rollout

__all__ = ["Agent", "Update"]

Floats = NDArray[np.float32]
Config = TypeVar("Config", bound=AgentConfig)


@dataclass(frozen=True)
class Update:
    """What one update reports.

    steps : transitions learned from since the agent was made. minibatches : gradient steps of this update.
    statistics : what the agent's `improve` tells. explained_variance : 1 − Var(returns − V)/Var(returns), before it.
    mean_return : of the last 100 finished episodes, NaN before the first. seconds : of playing and of learning.
    """

    steps: int
    minibatches: int
    statistics: dict[str, float]
    explained_variance: float
    mean_return: float
    seconds: tuple[float, float]


class Agent(ABC, Generic[Config]):
    """An agent with a perceptron for the policy and one for the critic; how it improves is up to the algorithm.

    Everything random follows from `config.seed`: the same program gives the same bits on the same kind of CPU, on one
    thread or two. Raises ValueError for spaces that are neither `Box` nor `Discrete`.
    """

    config_type: ClassVar[type[Any]]
    adam: Adam
    """The moments of whatever Adam changes."""

    def __init__(self, environment: Environment, config: Config | None = None) -> None:
        if config is None:
            count = getattr(environment, "num_envs", self.config_type.environments)
            config = self.config_type(environments=count)
        self.config: Config = config
        self.environment = environment
        self.environments = vectorised(environment, config.environments)
        self.spaces = Spaces(self.environments)
        self.random = np.random.default_rng(config.seed)
        spaces = self.spaces
        self.network = ActorCritic(spaces.inputs, config.hidden, spaces.actions, discrete=spaces.discrete)
        self.network.initialise(self.random, orthogonal=config.orthogonal, log_std=config.log_std)
        self.steps = 0
        self.collector = Collector(
            self.environments,
            spaces,
            observation_moments=RunningMoments(spaces.inputs) if config.normalize_observations else None,
            observation_clip=config.observation_clip,
            reward_scale=RewardScale(config.environments, config.gamma, config.reward_clip)
            if config.normalize_rewards
            else None,
            threads=config.threads,
        )

    @abstractmethod
    def improve(self, rollout: Rollout, remaining: float) -> tuple[dict[str, float], int]:
        """Learn from a rollout; what there is to report, and how many gradient steps were taken.

        `remaining` falls from 1 to 0 over a call of `learn`. FloatingPointError where a gradient is no number; the
        parameters are then the last good ones.
        """

    def learn(self, total_steps: int, *, progress: bool | None = None) -> Self:
        """Play and learn until `total_steps` more transitions were learned from; returns the agent itself.

        New episodes begin. A bar is drawn where `progress` is true, or None and standard error is a terminal. An
        interruption leaves the agent as the last whole update left it.

        Raises FloatingPointError where an observation, a reward or a gradient is no finite number; the parameters are
        the last good ones.
        """
        for report in shown(self.updates(total_steps), total_steps, self.steps, progress):
            del report
        return self

    def updates(self, total_steps: int) -> Iterator[Update]:
        """The same, one update at a time: the agent may be looked at, or saved, in between."""
        first, config = self.steps, self.config
        self.collector.begin(int(self.random.integers(2**31)))
        while self.steps - first < total_steps:
            remaining = 1 - (self.steps - first) / total_steps
            started = perf_counter()
            rollout = self.collector.collect(
                self.network, self.random, config.steps, gamma=config.gamma, lam=config.lam
            )
            played = perf_counter()
            if not np.isfinite(rollout.returns[rollout.valid]).all():
                raise FloatingPointError(
                    "a reward or a value is not finite: training stops with the last good parameters"
                )
            statistics, minibatches = self.improve(rollout, remaining)
            self.steps += int(rollout.valid.sum())
            returns = self.collector.episode_returns
            yield Update(
                steps=self.steps,
                minibatches=minibatches,
                statistics=statistics,
                explained_variance=_explained_variance(rollout),
                mean_return=float(np.mean(returns)) if returns else float("nan"),
                seconds=(played - started, perf_counter() - played),
            )

    def predict(self, observations: Any) -> Any:
        """The most likely actions for the environment's own observations [N, …], as its `step` takes them."""
        outputs = self.network.outputs(self.collector.observe(observations))
        if self.spaces.discrete:
            outputs = outputs.argmax(axis=1)[:, None].astype(np.float32)
        return self.spaces.act(outputs)

    def evaluate(self, episodes: int = 100, *, seed: int = 0) -> NDArray[np.float64]:
        """Undiscounted returns of `episodes` episodes with the most likely actions, in the environment's rewards.

        Each of the agent's environments plays equally many, rounded up, so that short episodes are not favoured.
        The next call of `learn` begins new episodes anyway.
        """
        return episode_returns(self.environments, self.predict, episodes, seed)

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything to one .npz file: parameters, Adam's moments, normalisation, random state, configuration.

        A loaded agent goes on bit for bit as this one would, as every call of `learn` begins new episodes.
        """
        checkpoint.save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str], environment: Environment | None = None) -> Self:
        """The agent that was saved; `environment` may be left out where it was an id.

        Raises ValueError where the file is no agent of this kind, or one of another observation or action space.
        """
        return checkpoint.load(cls, path, environment)


def _explained_variance(rollout: Rollout) -> float:
    returns, values = rollout.returns[rollout.valid], rollout.values[rollout.valid]
    variance = float(np.var(returns))
    return 1 - float(np.var(returns - values)) / variance if variance > 0 else float("nan")
