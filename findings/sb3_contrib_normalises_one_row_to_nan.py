"""sb3-contrib 2.9.2: a last minibatch of one row makes weights of MaskablePPO and RecurrentPPO nan, of PPO not."""

import gymnasium
import numpy as np
from sb3_contrib import MaskablePPO, RecurrentPPO
from stable_baselines3 import PPO


class Bandit(gymnasium.Env):
    """One state, one step, no reward."""

    observation_space, action_space = gymnasium.spaces.Box(-1, 1, (1,)), gymnasium.spaces.Discrete(2)

    def reset(self, **_):
        return np.zeros(1, np.float32), {}

    def step(self, action):
        return np.zeros(1, np.float32), 0.0, True, False, {}


for kind, policy, options in (
    (PPO, "MlpPolicy", {}),
    (MaskablePPO, "MlpPolicy", {"use_masking": False}),
    (RecurrentPPO, "MlpLstmPolicy", {}),
):
    model = kind(policy, Bandit(), n_steps=9, batch_size=8, n_epochs=1, seed=0, device="cpu")
    try:
        model.learn(9, **options)
        lost = any(weight.isnan().any().item() for weight in model.policy.parameters())
        print(f"{kind.__name__}, 9 rows in minibatches of 8: weights are {'nan' if lost else 'numbers'}")
    except ValueError as error:
        print(f"{kind.__name__}: {str(error).splitlines()[0]}")
