"""The optimisation phase of PPO on one thread: ours beside `train()` of stable-baselines3, on the same random rollout.

MuJoCo setting: 17 → 64 → 64 → 6, diagonal Gaussian, 10 epochs of 32 minibatches of 64 rows. CartPole setting:
4 → 64 → 64 → 2, categorical, 4 epochs of 4 minibatches of 128. Same hyper-parameters on both sides; permutations and
statistics are in both figures, playing and advantages in neither. Networks and Adam are put back before each turn. In
each round both run in turn; figures are medians over the rounds, of CPU times of the one thread and of ratios within a
round. The load average is printed, as other work takes caches and vector units away.

    policyproof bench ppo-update --json reports/benchmarks/ppo-update-cpu.json
"""

import copy
import os
from collections.abc import Callable, Iterator
from time import thread_time
from typing import Any

import gymnasium
import numpy as np
import pytest
import stable_baselines3
import torch
from gymnasium.spaces import Box, Discrete
from policyproof.fast import PPO, PPOConfig
from policyproof.fast.rollout import Rollout
from stable_baselines3.common.logger import configure

ROUNDS = 21
SETTINGS: dict[str, tuple[int, int | None, dict[str, int]]] = {
    "MuJoCo": (17, None, {"environments": 1, "steps": 2048, "epochs": 10, "minibatch_size": 64}),
    "CartPole": (4, 2, {"environments": 4, "steps": 128, "epochs": 4, "minibatch_size": 128}),
}
DIMENSIONS = 6
Row = dict[str, Any]
_rows: list[Row] = []


class _Still(gymnasium.Env[Any, Any]):
    """An environment that has spaces and nothing else."""

    def __init__(self, inputs: int, choices: int | None) -> None:
        self.observation_space = Box(-np.inf, np.inf, (inputs,), np.float32)
        self.action_space = Discrete(choices) if choices else Box(-1, 1, (DIMENSIONS,), np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed, options=options)
        return np.zeros(self.observation_space.shape, np.float32), {}


def _ours(inputs: int, choices: int | None, sizes: dict[str, int]) -> tuple[PPO, Rollout]:
    """An agent, and a rollout of its own policy on random observations."""
    agent = PPO(lambda: _Still(inputs, choices), PPOConfig(**sizes))
    T, N, draw = sizes["steps"], sizes["environments"], np.random.default_rng(0)
    observations = draw.standard_normal((T, N, inputs), np.float32)
    actions, log_probs, values = agent.act(observations.reshape(-1, inputs))
    rewards, advantages = draw.standard_normal((2, T, N), np.float32)
    values, never = values.reshape(T, N), np.zeros((T, N), bool)
    rollout = Rollout(
        observations, actions.reshape(T, N, -1), log_probs.reshape(T, N), values, rewards, values,
        never, never, ~never, advantages, advantages + values,
    )  # fmt: skip
    return agent, rollout


def _theirs(inputs: int, choices: int | None, sizes: dict[str, int], rollout: Rollout) -> Any:
    """Their agent, whose buffer holds the same rollout."""
    T, N = sizes["steps"], sizes["environments"]
    model = stable_baselines3.PPO(
        "MlpPolicy", stable_baselines3.common.env_util.make_vec_env(lambda: _Still(inputs, choices), N),
        n_steps=T, batch_size=sizes["minibatch_size"], n_epochs=sizes["epochs"], device="cpu", seed=0,
    )  # fmt: skip
    model.set_logger(configure(None, []))
    buffer = model.rollout_buffer
    buffer.observations[:], buffer.actions[:] = rollout.observations, rollout.actions
    buffer.log_probs[:], buffer.values[:] = rollout.log_probs, rollout.values
    buffer.advantages[:], buffer.returns[:], buffer.rewards[:] = rollout.advantages, rollout.returns, rollout.rewards
    buffer.full = True
    return model


def _turns(setting: str) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Name → (put everything back, run one phase)."""
    inputs, choices, sizes = SETTINGS[setting]
    agent, rollout = _ours(inputs, choices, sizes)
    model = _theirs(inputs, choices, sizes, rollout)
    parameters = agent.network.parameters.copy()
    theirs = copy.deepcopy((model.policy.state_dict(), model.policy.optimizer.state_dict()))
    generated, full = model.rollout_buffer.generator_ready, model.rollout_buffer.__dict__.copy()
    arrays = {name: array.copy() for name, array in full.items() if isinstance(array, np.ndarray)}

    def ours_back() -> None:
        agent.network.parameters[:] = parameters
        for moments in agent.adam:
            moments[:] = 0

    def theirs_back() -> None:
        model.policy.load_state_dict(theirs[0])
        model.policy.optimizer.load_state_dict(copy.deepcopy(theirs[1]))
        model.rollout_buffer.__dict__.update({name: array.copy() for name, array in arrays.items()})
        model.rollout_buffer.generator_ready = generated

    return {"ours": (ours_back, lambda: agent.improve(rollout, 1.0)), "sb3": (theirs_back, model.train)}


def _measure(turns: dict[str, tuple[Callable[[], object], Callable[[], object]]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in turns}
    for i in range(ROUNDS + 1):
        for name, (put_back, run) in turns.items():
            put_back()
            start = thread_time()
            run()
            if i:
                times[name].append(thread_time() - start)
    return times


def _row(setting: str, times: dict[str, list[float]]) -> Row:
    ours, theirs = np.array(times["ours"]), np.array(times["sb3"])
    sizes = SETTINGS[setting][2]
    minibatches = sizes["epochs"] * -(-sizes["environments"] * sizes["steps"] // sizes["minibatch_size"])
    return {
        "setting": setting,
        "ours_ms": float(f"{np.median(ours) * 1e3:.3g}"),
        "sb3_ms": float(f"{np.median(theirs) * 1e3:.3g}"),
        "ours_us_a_minibatch": float(f"{np.median(ours) / minibatches * 1e6:.3g}"),
        "sb3_to_ours": float(f"{np.median(theirs / ours):.3g}"),
        "load_average": float(f"{os.getloadavg()[0]:.2g}"),
    }


@pytest.fixture(scope="module", autouse=True)
def _one_thread_and_a_table(request: pytest.FixtureRequest) -> Iterator[None]:
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(count)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    if _rows and capture:
        with capture.global_and_fixture_disabled():
            print(f"\n\nOptimisation phase of PPO, one thread, medians of {ROUNDS} rounds")
            for row in _rows:
                print(
                    f"{row['setting']:>10}: ours {row['ours_ms']:g} ms, {row['ours_us_a_minibatch']:g} µs a minibatch; "
                    f"stable-baselines3 {row['sb3_ms']:g} ms; ratio {row['sb3_to_ours']:g} (load {row['load_average']})"
                )


@pytest.mark.parametrize("setting", SETTINGS)
def test_ppo_update(benchmark: Any, setting: str) -> None:
    """One setting; the plugin's own table shows ours alone, measured once more at the end."""
    turns = _turns(setting)
    row = _row(setting, _measure(turns))
    _rows.append(row)
    benchmark.extra_info.update(row)
    put_back, run = turns["ours"]
    benchmark.pedantic(run, setup=put_back, rounds=ROUNDS)
