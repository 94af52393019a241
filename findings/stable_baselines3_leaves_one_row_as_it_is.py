"""stable-baselines3 2.9.2: the advantage of a minibatch of one row is not normalised, as its documentation says."""

import gymnasium
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.logger import Logger


class OneAction(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (1,))
    action_space = gymnasium.spaces.Discrete(1)


ppo = PPO("MlpPolicy", OneAction(), n_steps=2, batch_size=2, n_epochs=1, device="cpu")
ppo.set_logger(Logger(None, []))
ppo.rollout_buffer = RolloutBuffer(1, ppo.observation_space, ppo.action_space, "cpu")
ppo.rollout_buffer.add(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1), np.zeros(1), torch.zeros(1), torch.zeros(1))
ppo.rollout_buffer.advantages[:] = 5.0
ppo.train()
loss = ppo.logger.name_to_value["train/policy_gradient_loss"]
print("one row, ratio 1, advantage 5: policy loss", loss, "normalised it is 0")
