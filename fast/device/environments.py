"""Environments as batches of tensors that never leave their device: N of them step at once, and nothing is copied.

They start anew in the step in which they end: ``Transition.observations`` is where the next step starts from, and
``Transition.final`` is the state that the step really reached, which is what a truncated episode bootstraps from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import pi
from typing import NamedTuple

import torch
from torch import Generator, Tensor

__all__ = ["CartPole", "Environments", "Pendulum", "Simulated", "Tabular", "Transition"]


class Transition(NamedTuple):
    """What one step of all environments gave: observations ``[N, O]`` before and after a reset, the rest ``[N]``."""

    observations: Tensor
    final: Tensor
    rewards: Tensor
    terminated: Tensor
    truncated: Tensor


class Environments(ABC):
    """N environments in step.

    Attributes
    ----------
    envs : N.
    observation_size : O.
    actions : K, the number of actions, or D, the length of an action where ``continuous``.
    device, generator : where tensors live, and what draws random numbers there.
    kept : the tensors that say where the environments stand; None where they say it elsewhere, off the device.
    """

    envs: int
    observation_size: int
    actions: int
    continuous: bool
    device: torch.device
    generator: Generator
    kept: list[Tensor] | None

    @abstractmethod
    def reset(self) -> Tensor:
        """Begin everywhere anew; observations ``[N, O]``."""

    @abstractmethod
    def step(self, actions: Tensor) -> Transition:
        """One step of each, and a new start where an episode ended; actions are ``[N]`` or ``[N, D]``."""


class Simulated(Environments):
    """Environments whose states are tensors; an episode is truncated after ``limit`` steps."""

    def __init__(self, envs: int, *, limit: int, device: torch.device | str, generator: Generator) -> None:
        if envs < 1 or limit < 1:
            raise ValueError(f"envs is {envs} and limit is {limit}; expected both ≥ 1")
        self.envs, self.limit, self.device, self.generator = envs, limit, torch.device(device), generator
        self.steps = torch.zeros(envs, dtype=torch.int64, device=self.device)
        self.state = self.start()
        self.kept = [self.state, self.steps]

    def reset(self) -> Tensor:
        """Begin everywhere anew; observations ``[N, O]``."""
        self.steps.zero_()
        self.state.copy_(self.start())
        return self.observe(self.state)

    def step(self, actions: Tensor) -> Transition:
        """One step of each, and a new start where an episode ended; actions are ``[N]`` or ``[N, D]``."""
        reached, rewards, terminated = self.move(self.state, actions)
        self.steps += 1
        truncated = self.steps >= self.limit
        over = terminated | truncated
        final = self.observe(reached)
        wide = over.view(-1, *[1] * (reached.ndim - 1))
        self.state.copy_(torch.where(wide, self.start(), reached))
        self.steps.masked_fill_(over, 0)
        return Transition(self.observe(self.state), final, rewards, terminated, truncated)

    @abstractmethod
    def start(self) -> Tensor:
        """First states for all environments."""

    @abstractmethod
    def observe(self, state: Tensor) -> Tensor:
        """What an agent sees, ``[N, O]``."""

    @abstractmethod
    def move(self, state: Tensor, actions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The next state, the reward ``[N]`` and whether the episode terminated ``[N]``."""

    def uniform(self, *shape: int) -> Tensor:
        """Numbers in [0, 1), float32."""
        return torch.rand(*shape, generator=self.generator, device=self.device)


class CartPole(Simulated):
    """Gymnasium's ``CartPole-v1``: a pole on a cart, +1 a step, 500 steps.

    Barto, Sutton, Anderson (1983), "Neuronlike adaptive elements that can solve difficult learning control problems",
    with the equations of motion of Florian (2007) that Gymnasium integrates by Euler's method, τ = 0.02 s.
    """

    observation_size, actions, continuous = 4, 2, False
    GRAVITY, POLE_MASS, MASS, HALF_LENGTH, FORCE, TAU = 9.8, 0.1, 1.1, 0.5, 10.0, 0.02
    FARTHEST, STEEPEST = 2.4, 12 * 2 * pi / 360

    def __init__(
        self, envs: int, *, limit: int = 500, device: torch.device | str = "cpu", generator: Generator
    ) -> None:
        super().__init__(envs, limit=limit, device=device, generator=generator)

    def start(self) -> Tensor:
        """Position, velocity, angle and angular velocity, uniform in ±0.05."""
        return self.uniform(self.envs, 4) * 0.1 - 0.05

    def observe(self, state: Tensor) -> Tensor:
        """The state itself."""
        return state.clone()

    def move(self, state: Tensor, actions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Push to the left, 0, or to the right, 1."""
        x, speed, angle, turn = state.unbind(dim=1)
        force = (actions.to(state.dtype) * 2 - 1) * self.FORCE
        cosine, sine = torch.cos(angle), torch.sin(angle)
        moment = self.POLE_MASS * self.HALF_LENGTH
        pushed = (force + moment * turn * turn * sine) / self.MASS
        turning = (self.GRAVITY * sine - cosine * pushed) / (
            self.HALF_LENGTH * (4.0 / 3.0 - self.POLE_MASS * cosine * cosine / self.MASS)
        )
        speeding = pushed - moment * turning * cosine / self.MASS
        change = torch.stack([speed, speeding, turn, turning], dim=1)
        reached = state + self.TAU * change
        terminated = (reached[:, 0].abs() > self.FARTHEST) | (reached[:, 2].abs() > self.STEEPEST)
        return reached, torch.ones_like(x), terminated


class Pendulum(Simulated):
    """Gymnasium's ``Pendulum-v1``: swing up a pendulum by a torque of at most 2, 200 steps; it never terminates."""

    observation_size, actions, continuous = 3, 1, True
    GRAVITY, FASTEST, STRONGEST, TAU = 10.0, 8.0, 2.0, 0.05

    def __init__(
        self, envs: int, *, limit: int = 200, device: torch.device | str = "cpu", generator: Generator
    ) -> None:
        super().__init__(envs, limit=limit, device=device, generator=generator)

    def start(self) -> Tensor:
        """Angle uniform in ±π, angular velocity in ±1."""
        angle, turn = (self.uniform(self.envs, 2) * 2 - 1).unbind(dim=1)
        return torch.stack([angle * pi, turn], dim=1)

    def observe(self, state: Tensor) -> Tensor:
        """Cosine and sine of the angle, angular velocity."""
        angle, turn = state.unbind(dim=1)
        return torch.stack([torch.cos(angle), torch.sin(angle), turn], dim=1)

    def move(self, state: Tensor, actions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """A torque ``[N, 1]``, clipped to ±2; the cost is angle² + 0.1 velocity² + 0.001 torque²."""
        angle, turn = state.unbind(dim=1)
        torque = actions[:, 0].clamp(-self.STRONGEST, self.STRONGEST)
        folded = torch.remainder(angle + pi, 2 * pi) - pi
        cost = folded * folded + 0.1 * turn * turn + 0.001 * torque * torque
        faster = turn + (1.5 * self.GRAVITY * torch.sin(angle) + 3.0 * torque) * self.TAU
        faster = faster.clamp(-self.FASTEST, self.FASTEST)
        reached = torch.stack([angle + faster * self.TAU, faster], dim=1)
        return reached, -cost, torch.zeros_like(angle, dtype=torch.bool)


class Tabular(Simulated):
    """Any tabular Markov decision process: ``transition[S, A, S]``, ``reward[S, A]``, ``initial[S]`` on the device.

    An observation is the indicator of a state, ``[N, S]``, so that a perceptron without hidden layers is a table.
    Nothing terminates; episodes are truncated after ``limit`` steps. An absorbing state is simply one that stays.
    """

    continuous = False

    def __init__(
        self, transition: Tensor, reward: Tensor, initial: Tensor, envs: int, *, limit: int, generator: Generator
    ) -> None:
        S, A = reward.shape
        if transition.shape != (S, A, S) or initial.shape != (S,):
            raise ValueError(
                f"transition is {list(transition.shape)}, reward {list(reward.shape)}, initial {list(initial.shape)}; "
                "expected [S, A, S], [S, A] and [S]"
            )
        self.observation_size, self.actions, self.reward = S, A, reward
        self._onward, self._first = transition.cumsum(dim=-1), initial.cumsum(dim=-1)
        super().__init__(envs, limit=limit, device=reward.device, generator=generator)

    def start(self) -> Tensor:
        """States ``[N]`` drawn from the initial distribution."""
        return self._drawn(self._first.expand(self.envs, -1))

    def observe(self, state: Tensor) -> Tensor:
        """Indicators of the states."""
        every = torch.arange(self.observation_size, device=self.device)
        return (state[:, None] == every).to(self.reward.dtype)

    def move(self, state: Tensor, actions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """One step of the chain."""
        rewards = self.reward[state, actions]
        return self._drawn(self._onward[state, actions]), rewards, torch.zeros_like(state, dtype=torch.bool)

    def _drawn(self, cumulative: Tensor) -> Tensor:
        """The first state whose cumulative probability exceeds a uniform number; the sum need not reach 1 exactly."""
        level = self.uniform(self.envs, 1) * cumulative[:, -1:]
        return (cumulative <= level).sum(dim=-1).clamp_(max=self.observation_size - 1)
