"""The optimisation phase of PPO on one thread: ours beside that of stable-baselines3, on the same random rollout.

MuJoCo setting: 17 → 64 → 64 → 6, diagonal Gaussian, 10 epochs of 32 minibatches of 64 rows. CartPole setting:
4 → 64 → 64 → 2, categorical, 4 epochs of 4 minibatches of 128. Same hyper-parameters on both sides; permutations and
statistics are in both figures, playing and advantages in neither. Networks and Adam are put back before each turn,
which is not timed.

    policyproof bench ppo-update --json reports/benchmarks/ppo-update-cpu.json
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from numpy.typing import NDArray

ROUNDS = 21
SETTINGS: dict[str, tuple[int, int | None, dict[str, Any]]] = {
    "MuJoCo": (17, None, {"environments": 1, "steps": 2048, "epochs": 10, "minibatch_size": 64}),
    "CartPole": (4, 2, {"environments": 4, "steps": 128, "epochs": 4, "minibatch_size": 128}),
}
DIMENSIONS = 6

Functions = Iterator[Callable[[], object]]
Arrays = dict[str, NDArray[Any]]


class _Still(gymnasium.Env[Any, Any]):
    """An environment that has spaces and nothing else."""

    def __init__(self, inputs: int, choices: int | None) -> None:
        self.observation = np.zeros(inputs, np.float32)
        self.observation_space = Box(-np.inf, np.inf, (inputs,), np.float32)
        self.action_space = Discrete(choices) if choices else Box(-1, 1, (DIMENSIONS,), np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed, options=options)
        return self.observation, {}


def _rollout(inputs: int, choices: int | None, sizes: dict[str, Any]) -> Arrays:
    """Random numbers under the names of a rollout buffer, time-major; the same ones for both sides."""
    T, N, draw = sizes["steps"], sizes["environments"], np.random.default_rng(0)
    rewards, values, advantages = draw.standard_normal((3, T, N), np.float32)
    actions = draw.standard_normal((T, N, DIMENSIONS), np.float32)
    log_probs = np.float32(-0.5) * (actions**2 + np.log(2 * np.pi)).sum(axis=-1, dtype=np.float32)
    if choices:
        actions = draw.integers(0, choices, (T, N, 1)).astype(np.float32)
        log_probs = np.full((T, N), -np.log(choices), np.float32)
    return {
        "observations": draw.standard_normal((T, N, inputs), np.float32), "actions": actions, "log_probs": log_probs,
        "values": values, "rewards": rewards, "advantages": advantages, "returns": advantages + values,
    }  # fmt: skip


def ours(setting: str) -> Functions:
    from policyproof.fast import PPO, PPOConfig
    from policyproof.fast.rollout import Rollout

    inputs, choices, sizes = SETTINGS[setting]
    agent = PPO(lambda: _Still(inputs, choices), PPOConfig(**sizes))
    numbers = _rollout(inputs, choices, sizes)
    never = np.zeros_like(numbers["values"], bool)
    rollout = Rollout(**numbers, next_values=numbers["values"], terminated=never, truncated=never, valid=~never)
    parameters = agent.network.parameters.copy()
    while True:
        agent.network.parameters[:] = parameters
        for moments in agent.adam:
            moments[:] = 0
        yield lambda: agent.improve(rollout, 1.0)


def sb3(setting: str) -> Functions:
    import stable_baselines3
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.logger import configure

    inputs, choices, sizes = SETTINGS[setting]
    environment = make_vec_env(lambda: _Still(inputs, choices), sizes["environments"])
    model = stable_baselines3.PPO(
        "MlpPolicy", environment, n_steps=sizes["steps"], batch_size=sizes["minibatch_size"], n_epochs=sizes["epochs"],
        device="cpu", seed=0,
    )  # fmt: skip
    model.set_logger(configure(None, []))
    buffer, numbers = model.rollout_buffer, _rollout(inputs, choices, sizes)
    before = copy.deepcopy((model.policy.state_dict(), model.policy.optimizer.state_dict()))
    while True:
        model.policy.load_state_dict(before[0])
        model.policy.optimizer.load_state_dict(copy.deepcopy(before[1]))
        buffer.reset()
        for name, array in numbers.items():
            getattr(buffer, name)[:] = array
        buffer.full = True
        yield model.train


@pytest.mark.parametrize("setting", SETTINGS)
def test_ppo_update(interleaved: Callable[..., Callable[[str], Any]], setting: str) -> None:
    inputs, choices, sizes = SETTINGS[setting]
    rows = sizes["epochs"] * sizes["steps"] * sizes["environments"]
    first, rest = 2 * 64 * inputs, 2 * 64 * 64 + 64 * (choices or DIMENSIONS) + 64  # weights of the policy and critic
    operations = rows * (4 * first + 6 * rest)  # forwards, and back to the weights and all inputs but the first
    interleaved([ours, sb3], {"setting": setting}, work={"matmul": operations}, calls=1, rounds=ROUNDS)
