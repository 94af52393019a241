"""CartPole, many poles at once: Gymnasium's vector version of it, compiled, a step or a whole rollout in one call.

Barto, Sutton, Anderson (1983), "Neuronlike adaptive elements that can solve difficult learning control problems"; the
equations of motion are Florian's (2007), "Correct equations for the dynamics of the cart-pole system":

    p = (F + m l θ̇² sin θ)/M,    θ̈ = (g sin θ − p cos θ)/(l (4/3 − m cos²θ / M)),    ẍ = p − m l θ̈ cos θ / M,

by Euler's method in float64. Spaces, the first reset, time limit and pictures are Gymnasium's own, and so are the
random numbers of all resets.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from .actor_critic import ActorCritic, act, values_of
from .compilation import kept
from .meeting import beside, meeting, publish, wait

__all__ = ["CartPole"]

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


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

    def step(self, action: NDArray[np.integer[Any]]) -> tuple[Floats, Floats, Flags, Flags, dict[str, Any]]:
        """Next-step autoreset: an episode's end is shown, and the step after it only resets.

        Raises ValueError for actions that are not [N] of 0 and 1, ResetNeeded before the first `reset`.
        """
        if self.state is None:
            raise ResetNeeded("no episode is under way: call reset first")
        count, chosen = self.num_envs, np.asarray(action, np.int64)
        if chosen.shape != (count,) or ((chosen != 0) & (chosen != 1)).any():
            raise ValueError(f"actions are {action!r}; expected {count} numbers, each 0 or 1")
        told = (
            np.empty((count, 4), np.float32), np.empty(count, np.float32),
            np.empty(count, np.bool_), np.empty(count, np.bool_),
        )  # fmt: skip
        _step(self._physics, self.max_episode_steps, self._sutton_barto_reward, self.state, self.steps, chosen, *told)
        if self.prev_done.any():
            _renew(self.np_random, self.low, self.high, self.prev_done, self.state, self.steps, *told)
        self.prev_done = told[2] | told[3]
        return *told, {}

    def play(
        self, network: ActorCritic, noise: Floats, observations: Floats, actions: Floats, log_probs: Floats,
        values: Floats, rewards: Floats, terminated: Flags, truncated: Flags, valid: Flags, *, threads: int = 1,
    ) -> None:  # fmt: skip
        """T steps with the actions that `network.act` draws, the same as T calls of `step`.

        observations is [T + 1, N, 4], its first row what is shown now, values [T + 1, N]; noise [T, N, 1] is given, the
        others [T, N, ·] are filled. `valid` is false where a step only resets. With two threads the critic follows the
        play from step to step, and the bits are those of one.
        """
        seats, rounds = (network.shape, network.parameters), meeting()

        def play() -> None:
            _play(
                self._physics, self.max_episode_steps, self._sutton_barto_reward, self.state, self.steps,
                self.np_random, self.low, self.high, self.prev_done, *seats, network.workspace, rounds, noise,
                observations, actions, log_probs, rewards, terminated, truncated, valid,
            )  # fmt: skip

        def follow() -> None:
            _follow(*seats, network.workspace, rounds, observations, values)

        if threads == 1:
            play()
            follow()
        else:
            beside(rounds, play, follow)


@kept
def _step(
    physics: Any, limit: int, sparse: bool, state: Any, steps: Any, actions: Any, observations: Any, rewards: Any,
    terminated: Any, truncated: Any,
) -> None:  # fmt: skip
    """Move the state [4, N] and the step counts on; `sparse` rewards are −1 for a fall, others 1 for a step."""
    for i in range(steps.size):
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
        steps[i] += 1
        terminated[i] = abs(state[0, i]) > physics.furthest or abs(state[2, i]) > physics.steepest
        truncated[i] = steps[i] >= limit
        rewards[i] = -np.float32(terminated[i]) if sparse else np.float32(1)
        for j in range(4):
            observations[i, j] = state[j, i]


@kept
def _renew(
    random: Any, low: float, high: float, over: Any, state: Any, steps: Any, observations: Any, rewards: Any,
    terminated: Any, truncated: Any,
) -> None:  # fmt: skip
    """New episodes where the last one is over, uniform in [low, high)."""
    for j in range(4):
        for i in range(over.size):
            if over[i]:
                state[j, i] = low + (high - low) * random.random()
                observations[i, j] = state[j, i]
    for i in range(over.size):
        if over[i]:
            steps[i], rewards[i], terminated[i], truncated[i] = 0, 0, False, False


@kept
def _play(
    physics: Any, limit: int, sparse: bool, state: Any, steps: Any, random: Any, low: float, high: float, over: Any,
    shape: Any, parameters: Any, work: Any, rounds: Any, noise: Any, observations: Any, actions: Any, log_probs: Any,
    rewards: Any, terminated: Any, truncated: Any, valid: Any,
) -> None:  # fmt: skip
    """Round t + 1 is finished when observations[t + 1] stand there."""
    chosen = np.empty(over.size, np.int64)
    for t in range(len(actions)):
        act(shape, parameters, observations[t], noise[t], work, actions[t], log_probs[t])
        for i in range(over.size):
            chosen[i], valid[t, i] = np.int64(actions[t, i, 0]), not over[i]
        now = observations[t + 1], rewards[t], terminated[t], truncated[t]
        _step(physics, limit, sparse, state, steps, chosen, *now)
        _renew(random, low, high, over, state, steps, *now)
        for i in range(over.size):
            over[i] = terminated[t, i] or truncated[t, i]
        publish(rounds, 0, t + 1)


@kept
def _follow(shape: Any, parameters: Any, work: Any, rounds: Any, observations: Any, values: Any) -> None:
    """V of what is shown in each round, as soon as it stands there."""
    for t in range(len(observations)):
        if not wait(rounds, 0, t):
            return
        values_of(shape, parameters, observations[t], work, values[t])
