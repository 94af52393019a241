"""TRPO's update on one thread: ours beside sb3-contrib's, on a rollout of one environment.

2048 transitions, 17 observations, 6 actions, two hidden layers of 64, a diagonal Gaussian policy; conjugate gradients
with 10 iterations, damping 0.1, 10 trials at most; a critic of the same size, 10 epochs of 16 minibatches. The
environment is noise, so that nothing but the update is measured. Parameters and moments are put back before each turn,
which is not timed. Two parts:

- `policy`: gradient, conjugate gradients, line search; sb3-contrib's `train()` with no critic updates;
- `train`: the whole of it, with the critic's epochs.

    policyproof bench trpo-update --json reports/benchmarks/trpo-update-cpu.json
"""

import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box

INPUTS, ACTIONS, ROWS, ITERATIONS, ROUNDS = 17, 6, 2048, 10, 31

Functions = Iterator[Callable[[], object]]


class Noise(gymnasium.Env[Any, Any]):
    """Observations and rewards are noise; an episode terminates in one step of a hundred."""

    observation_space = Box(-np.inf, np.inf, (INPUTS,), np.float32)
    action_space = Box(-1, 1, (ACTIONS,), np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """A first observation."""
        super().reset(seed=seed)
        return self.np_random.standard_normal(INPUTS).astype(np.float32), {}

    def step(self, action: Any) -> Any:
        """Another one, whatever the action."""
        observation = self.np_random.standard_normal(INPUTS).astype(np.float32)
        return observation, float(self.np_random.standard_normal()), self.np_random.random() < 0.01, False, {}


def ours(part: str) -> Functions:
    from policyproof.fast import TRPO, TRPOConfig

    agent = TRPO(Noise, TRPOConfig(environments=1, steps=ROWS, conjugate_gradient_iterations=ITERATIONS))
    agent.collector.begin(0)
    rollout = agent.collector.collect(agent.network, agent.random, ROWS, gamma=0.99, lam=0.95)
    kept: list[Any] = [agent.network.parameters, *agent.adam]
    before = [array.copy() for array in kept]
    run = {"policy": lambda: agent.policy_step(rollout), "train": lambda: agent.improve(rollout, 1.0)}[part]
    while True:
        for array, old in zip(kept, before, strict=True):
            array[...] = old
        yield run


def sb3_contrib(part: str) -> Functions:
    import sb3_contrib

    agent = sb3_contrib.TRPO("MlpPolicy", Noise(), n_steps=ROWS, cg_max_steps=ITERATIONS, seed=0, device="cpu")
    agent.learn(1)
    if part == "policy":
        agent.n_critic_updates = 0
        warnings.simplefilter("ignore")  # the mean of no value losses
    before = copy.deepcopy((agent.policy.state_dict(), agent.policy.optimizer.state_dict()))
    while True:
        agent.policy.load_state_dict(before[0])
        agent.policy.optimizer.load_state_dict(copy.deepcopy(before[1]))
        yield agent.train


@pytest.mark.parametrize("part", ["policy", "train"])
def test_trpo_update(interleaved: Callable[..., Callable[[str], Any]], part: str) -> None:
    first, rest = 64 * INPUTS, 64 * 64 + 64 * ACTIONS
    policy = (ITERATIONS + 1) * (4 * first + 6 * rest) + 2 * (first + rest)  # gradient, products, one trial; a row
    critic = 10 * (4 * 64 * INPUTS + 6 * (64 * 64 + 64))
    work = {"matmul": ROWS * (policy + (critic if part == "train" else 0))}
    interleaved([ours, sb3_contrib], {"part": part}, work=work, calls=1, rounds=ROUNDS)
