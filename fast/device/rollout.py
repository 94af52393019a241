"""Playing environments that live on a device: T steps of N, and their advantages, without a number leaving it."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ..advantage import generalized_advantage_estimation
from ..distributions import CATEGORICAL, Family, log_softmax
from .environments import Environments
from .perceptron import TensorPerceptron

__all__ = ["DeviceRollout", "draw"]


def draw(family: Family, outputs: tuple[Tensor, ...], generator: Generator) -> Tensor:
    """Actions: ``[N]``, by inverting the distribution function at a uniform number, or ``[N, D]``, μ + σ ε."""
    first = outputs[0]
    if family is CATEGORICAL:
        level = torch.rand(len(first), 1, generator=generator, device=first.device)
        reached = torch.exp(log_softmax(first)).cumsum(dim=-1)
        return (reached <= level * reached[:, -1:]).sum(dim=-1).clamp_(max=first.shape[1] - 1)
    noise = torch.randn(first.shape, generator=generator, device=first.device, dtype=first.dtype)
    return first + torch.exp(outputs[1]) * noise


class DeviceRollout:
    """Buffers ``[T, N, ·]`` that are filled anew by `play`, and stay where they are; `begin` comes first.

    ``finished`` holds the number of episodes that ended during the last `play`, and the sum of their returns.
    """

    def __init__(self, environments: Environments, steps: int) -> None:
        N, size, device = environments.envs, environments.observation_size, environments.device
        self.environments = environments
        self.observations, self.final = (torch.zeros(steps, N, size, device=device) for _ in range(2))
        shape = (steps, N, environments.actions) if environments.continuous else (steps, N)
        kind = torch.float32 if environments.continuous else torch.int64
        self.actions = torch.zeros(shape, dtype=kind, device=device)
        self.log_probs, self.rewards, self.values, self.advantages, self.returns = (
            torch.zeros(steps, N, device=device) for _ in range(5)
        )
        self.terminated, self.truncated = (torch.zeros(steps, N, dtype=torch.bool, device=device) for _ in range(2))
        self.shown = torch.zeros(N, size, device=device)
        self.earned, self.finished = torch.zeros(N, device=device), torch.zeros(2, device=device)

    @property
    def state(self) -> list[Tensor]:
        """What outlives a call of `play`."""
        return [self.shown, self.earned, *(self.environments.kept or [])]

    def begin(self) -> None:
        """New episodes everywhere."""
        self.shown.copy_(self.environments.reset())
        self.earned.zero_()

    def play(
        self,
        policy: TensorPerceptron,
        critic: TensorPerceptron,
        theta: Tensor,
        phi: Tensor,
        *,
        gamma: float,
        lam: float,
    ) -> None:
        """Fill the buffers: actions as the policy draws them, then V and advantages of all steps at once."""
        assert policy.family is not None
        self.finished.zero_()
        for t in range(len(self.rewards)):
            outputs = policy.outputs(theta, self.shown)
            actions = draw(policy.family, outputs, self.environments.generator)
            self.observations[t], self.actions[t] = self.shown, actions
            self.log_probs[t] = policy.family.log_prob(*outputs, actions)
            moved = self.environments.step(actions)
            self.final[t], self.rewards[t] = moved.final, moved.rewards
            self.terminated[t], self.truncated[t] = moved.terminated, moved.truncated
            self._count(moved.rewards, moved.terminated | moved.truncated)
            self.shown.copy_(moved.observations)
        self.values.copy_(self._values(critic, phi, self.observations))
        next_values = self._values(critic, phi, self.final)
        generalized_advantage_estimation(
            self.rewards, self.values, next_values, self.terminated, self.truncated,
            gamma=gamma, lam=lam, out=self.advantages,
        )  # fmt: skip
        torch.add(self.advantages, self.values, out=self.returns)

    def _values(self, critic: TensorPerceptron, phi: Tensor, observations: Tensor) -> Tensor:
        (values,) = critic.outputs(phi, observations.flatten(0, 1))
        return values.view(observations.shape[:2])

    def _count(self, rewards: Tensor, over: Tensor) -> None:
        self.earned += rewards
        self.finished += torch.stack([over.sum(), torch.where(over, self.earned, 0).sum()])
        self.earned.masked_fill_(over, 0)
