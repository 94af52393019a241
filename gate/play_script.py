"""The form of a script for ``collect``: the process as an environment that keeps its own log."""

from __future__ import annotations

from typing import Any

from ..invariants.collect.capability import tolerance
from ..invariants.collect.strategies import Play
from ..invariants.subject import Subject
from ..reference.arithmetic import floating
from .literal import literal

__all__ = ["PLAY", "play_fields"]


def play_fields(case: Play, subject: Subject) -> dict[str, str]:
    """What ``PLAY`` has places for, of a case."""
    arrays = {
        "transition": case.mdp.transition,
        "reward": case.mdp.reward,
        "initial": case.mdp.initial,
        "policy": case.policy,
        "values": case.values,
    }
    fields = {name: literal(floating(array)) for name, array in arrays.items()}
    plain: dict[str, Any] = {name: getattr(case, name) for name in ("time_limit", "steps", "envs", "seed")}
    plain |= {"gamma": float(case.gamma), "lam": float(case.lam), "bound": tolerance(subject, case)}
    return fields | {name: repr(value) for name, value in plain.items()} | {"terminal": literal(case.terminal)}


PLAY = '''\
"""{statement}

    {formula}

Seen: {seen}
"""

from __future__ import annotations

import gymnasium
import numpy as np
{source}

transition = {transition}
reward = {reward}
initial = {initial}
terminal = {terminal}
time_limit = {time_limit}  # 0: none
policy = {policy}
values = {values}
steps, envs, gamma, lam, seed = {steps}, {envs}, {gamma}, {lam}, {seed}
bound = {bound}  # what rounding alone may cost


class Process(gymnasium.Env):
    """s_0 ~ initial, s_(t+1) ~ transition[s_t, a_t]; ``log`` has a row for each step, written by the process itself."""

    def __init__(self):
        self.observation_space = gymnasium.spaces.Discrete(len(reward))
        self.action_space = gymnasium.spaces.Discrete(reward.shape[1])
        self.log = []

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.state, self.elapsed = self.draw(initial), 0
        return self.state, {{}}

    def step(self, action):
        state, self.state = self.state, self.draw(transition[self.state, action])
        self.elapsed += 1
        terminated, truncated = bool(terminal[self.state]), self.elapsed == time_limit
        earned = float(reward[state, action])
        self.log.append((state, int(action), earned, self.state, terminated, truncated))
        return self.state, earned, terminated, truncated, {{}}

    def draw(self, probabilities):
        return int(np.searchsorted(np.cumsum(probabilities), self.np_random.random(), side="right"))


made = []


def make_env():
    made.append(Process())
    return made[-1]


got = collect(make_env, policy, values, steps=steps, envs=envs, gamma=gamma, lam=lam, seed=seed)
played = [process.log[:steps] for process in made if process.log]
states, actions, rewards, reached, terminated, truncated = (
    np.array([[row[i] for row in log] for log in played]).T for i in range(6)
)
advantages, following = np.zeros((steps, envs)), np.zeros(envs)
for t in reversed(range(steps)):
    delta = rewards[t] + gamma * ~terminated[t] * values[reached[t]] - values[states[t]]
    following = delta + gamma * lam * ~(terminated[t] | truncated[t]) * following
    advantages[t] = following
happened = {{
    "states": states,
    "actions": actions,
    "rewards": rewards,
    "log_probs": np.log(policy[states, actions]),
    "advantages": advantages,
    "returns": advantages + values[states],
}}
wrong = []
for name, right in happened.items():
    recorded = np.asarray(getattr(got, name))
    print(name, "recorded", recorded.tolist())
    print(name, "happened", right.tolist())
    if recorded.shape != right.shape or not np.all(np.abs(recorded - right) <= bound):
        wrong.append(name)
assert not wrong, f"recorded otherwise than it happened: {{', '.join(wrong)}}"
'''
