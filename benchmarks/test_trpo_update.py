"""TRPO's update on one thread: ours beside sb3-contrib's, on the rollout of one environment.

2048 transitions, 17 observations, 6 actions, two hidden layers of 64, a diagonal Gaussian policy; conjugate gradients
with 10 iterations, damping 0.1, 10 trials at most; a critic of the same size, 10 epochs of 16 minibatches. The
environment is noise, so that nothing but the update is measured. In each round both take their turn, from the
parameters and the moments that they had in the first; restoring them is not timed. Times are CPU time of the one
thread, medians over the rounds, ratios those of a round. Two turns each:

- `policy`: gradient, conjugate gradients, line search; sb3-contrib's `train()` with no critic updates;
- `train`: the whole of it, with the critic's epochs.

    policyproof bench trpo-update --json reports/benchmarks/trpo-update-cpu.json
"""

import copy
import os
import warnings
from collections.abc import Callable, Iterator
from time import thread_time
from typing import Any

import gymnasium
import numpy as np
import pytest
import sb3_contrib
import torch
from gymnasium.spaces import Box
from policyproof.fast import TRPO, TRPOConfig

INPUTS, ACTIONS, ROWS, ITERATIONS, ROUNDS = 17, 6, 2048, 10, 31

Row = dict[str, Any]
_rows: list[Row] = []


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


def _ours() -> tuple[dict[str, Callable[[], object]], Callable[[], None]]:
    agent = TRPO(Noise, TRPOConfig(environments=1, steps=ROWS, conjugate_gradient_iterations=ITERATIONS))
    agent.collector.begin(0)
    rollout = agent.collector.collect(agent, ROWS, gamma=0.99, lam=0.95)
    kept = agent.network.parameters, *agent.adam
    before = [array.copy() for array in kept]

    def restore() -> None:
        for array, old in zip(kept, before, strict=True):
            array[...] = old

    return {"policy": lambda: agent.policy_step(rollout), "train": lambda: agent.improve(rollout, 1.0)}, restore


def _theirs() -> tuple[dict[str, Callable[[], object]], Callable[[], None]]:
    agent = sb3_contrib.TRPO("MlpPolicy", Noise(), n_steps=ROWS, cg_max_steps=ITERATIONS, seed=0, device="cpu")
    epochs = agent.n_critic_updates
    agent.learn(1)
    states = copy.deepcopy((agent.policy.state_dict(), agent.policy.optimizer.state_dict()))

    def restore() -> None:
        agent.policy.load_state_dict(states[0])
        agent.policy.optimizer.load_state_dict(copy.deepcopy(states[1]))

    def run(critic_epochs: int) -> None:
        agent.n_critic_updates = critic_epochs
        with warnings.catch_warnings():  # the mean of no value losses
            warnings.simplefilter("ignore")
            agent.train()

    return {"policy": lambda: run(0), "train": lambda: run(epochs)}, restore


def _measure() -> tuple[list[Row], Callable[[], object], Callable[[], None]]:
    sides = {"ours": _ours(), "sb3_contrib": _theirs()}
    times: dict[tuple[str, str], list[float]] = {(part, side): [] for part in ("policy", "train") for side in sides}
    for i in range(ROUNDS + 1):
        for (part, side), entries in times.items():
            turns, restore = sides[side]
            restore()
            start = thread_time()
            turns[part]()
            if i:  # the first round compiles and warms up
                entries.append(thread_time() - start)
    found = []
    for part in ("policy", "train"):
        one, other = (np.array(times[part, side]) for side in ("ours", "sb3_contrib"))
        found.append(
            {
                "part": part,
                "milliseconds": {
                    "ours": float(f"{np.median(one) * 1e3:.3g}"),
                    "sb3_contrib": float(f"{np.median(other) * 1e3:.3g}"),
                },
                "sb3_contrib_to_ours": float(f"{np.median(other / one):.3g}"),
                "load_average": float(f"{os.getloadavg()[0]:.2g}"),
            }
        )
    return found, sides["ours"][0]["train"], sides["ours"][1]


@pytest.fixture(scope="module", autouse=True)
def _one_thread_and_a_table(request: pytest.FixtureRequest) -> Iterator[None]:
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(count)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    if _rows and capture:
        with capture.global_and_fixture_disabled():
            print(f"\n\nTRPO's update, {ROWS} rows, one thread, medians of {ROUNDS} rounds")
            for row in _rows:
                ours, theirs = row["milliseconds"].values()
                print(
                    f"{row['part']:>8}: ours {ours:g} ms, sb3-contrib {theirs:g} ms, "
                    f"ratio {row['sb3_contrib_to_ours']:g}, load {row['load_average']:g}"
                )


def test_trpo_update(benchmark: Any) -> None:
    """Both parts; the plugin's own table shows our `train`, measured once more at the end."""
    found, train, restore = _measure()
    _rows.extend(found)
    benchmark.extra_info["rows"] = found
    benchmark.pedantic(train, setup=restore, rounds=ROUNDS)
