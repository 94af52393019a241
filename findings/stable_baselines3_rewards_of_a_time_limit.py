"""stable-baselines3 2.9.2: at a time limit the rollout buffer holds r + γ V of the final state as the reward."""

import gymnasium
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import ConvertCallback


class Three(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (1,))
    action_space = gymnasium.spaces.Discrete(1)

    def reset(self, **_):
        return np.zeros(1, dtype=np.float32), {}

    def step(self, _):
        return np.zeros(1, dtype=np.float32), 3.0, False, True, {}


ppo = PPO("MlpPolicy", Three(), n_steps=2, batch_size=2, gamma=0.5, device="cpu")
with torch.no_grad():
    ppo.policy.value_net.weight.zero_()
    ppo.policy.value_net.bias.fill_(10.0)
_, callback = ppo._setup_learn(2, ConvertCallback(lambda *_: True))
ppo.collect_rollouts(ppo.env, callback, ppo.rollout_buffer, 2)
print("r = 3, V = 10 everywhere, gamma 1/2: rewards", ppo.rollout_buffer.rewards.ravel(), "exact [3. 3.]")
