"""sb3-contrib 2.9.2: where there is nothing to learn, a TRPO update divides by zero, depending on its random start."""

import gymnasium
from sb3_contrib import TRPO


class OneAction(gymnasium.Env):
    """One state, one action, one step."""

    observation_space = gymnasium.spaces.Discrete(1)
    action_space = gymnasium.spaces.Discrete(1)

    def reset(self, **_):
        return 0, {}

    def step(self, _):
        return 0, 1.0, True, False, {}


raised = 0
for seed in range(10):
    small = {"n_steps": 8, "batch_size": 8, "policy_kwargs": {"net_arch": []}}
    trpo = TRPO("MlpPolicy", OneAction(), **small, seed=seed, device="cpu")
    try:
        trpo.learn(8)
    except ZeroDivisionError:
        raised += 1
print("updates that raised ZeroDivisionError:", raised, "of 10; exact: the policy stays")
