"""CartPole, many poles at once: Gymnasium's vector version of it, its step in one compiled call.

Barto, Sutton, Anderson (1983), "Neuronlike adaptive elements that can solve difficult learning control problems"; the
equations of motion are Florian's (2007), "Correct equations for the dynamics of the cart-pole system":

    p = (F + m l θ̇² sin θ)/M,    θ̈ = (g sin θ − p cos θ)/(l (4/3 − m cos²θ / M)),    ẍ = p − m l θ̈ cos θ / M,

by Euler's method in float64. Spaces, resets with their random numbers, time limit and pictures are Gymnasium's own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from .compilation import kept

__all__ = ["CartPole"]


class _Physics(NamedTuple):
    """g, M of cart and pole, m of the pole, half its length l, m l, |F|, seconds a step, and the ends of x and θ."""

    gravity: float
    mass: float
    pole_mass: float
    length: float
    moment: float
    force: float
    seconds: float
    furthest: float
    steepest: float


class CartPole(CartPoleVectorEnv):
    """What `gymnasium.make_vec("CartPole-v1")` makes, with the same transitions up to the rounding of sin and cos."""

    state: Any

    def __init__(self, num_envs: int = 1, **settings: Any) -> None:
        super().__init__(num_envs, **settings)
        self._physics = _Physics(
            self.gravity, self.total_mass, self.masspole, self.length, self.polemass_length, self.force_mag, self.tau,
            self.x_threshold, self.theta_threshold_radians,
        )  # fmt: skip

    def step(
        self, action: NDArray[np.integer[Any]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Next-step autoreset: an episode's end is shown, and the step after it only resets.

        Raises ValueError for actions that are not [N] of 0 and 1, ResetNeeded before the first `reset`.
        """
        if self.state is None:
            raise ResetNeeded("no episode is under way: call reset first")
        count = self.num_envs
        observations, rewards = np.empty((count, 4), np.float32), np.ones(count, np.float32)
        terminated, truncated = np.empty(count, np.bool_), np.empty(count, np.bool_)
        action = np.asarray(action, np.int64)
        if action.shape != (count,) or not _step(
            self._physics, self.state, self.steps, action, self.max_episode_steps, observations, terminated, truncated
        ):
            raise ValueError(f"actions are {action!r}; expected {count} numbers, each 0 or 1")
        if self._sutton_barto_reward:
            rewards = -terminated.astype(np.float32)
        if self.prev_done.any():
            self._reset(self.prev_done, observations, rewards, terminated, truncated)
        self.prev_done = terminated | truncated
        return observations, rewards, terminated, truncated, {}

    def _reset(self, over: NDArray[np.bool_], observations: NDArray[np.float32], *told: NDArray[Any]) -> None:
        """New episodes where the last step ended one."""
        self.state[:, over] = self.np_random.uniform(self.low, self.high, (4, int(over.sum())))
        self.steps[over] = 0
        observations[over] = self.state[:, over].T
        for column in told:
            column[over] = 0


@kept
def _step(
    physics: Any, state: Any, steps: Any, actions: Any, limit: int, observations: Any, terminated: Any, truncated: Any
) -> bool:
    """Move the state [4, N] and the step counts on; False, and nothing moves, where an action is neither 0 nor 1."""
    for i in range(actions.size):
        if actions[i] != 0 and actions[i] != 1:
            return False
    for i in range(actions.size):
        x, velocity, angle, spin = state[0, i], state[1, i], state[2, i], state[3, i]
        force = physics.force if actions[i] == 1 else -physics.force
        cos, sin = np.cos(angle), np.sin(angle)
        push = (force + physics.moment * (spin * spin) * sin) / physics.mass
        turn = (physics.gravity * sin - cos * push) / (
            physics.length * (4.0 / 3.0 - physics.pole_mass * (cos * cos) / physics.mass)
        )
        pull = push - physics.moment * turn * cos / physics.mass
        state[0, i], state[1, i] = x + physics.seconds * velocity, velocity + physics.seconds * pull
        state[2, i], state[3, i] = angle + physics.seconds * spin, spin + physics.seconds * turn
        terminated[i] = abs(state[0, i]) > physics.furthest or abs(state[2, i]) > physics.steepest
        steps[i] += 1
        truncated[i] = steps[i] >= limit
        for j in range(4):
            observations[i, j] = state[j, i]
    return True
