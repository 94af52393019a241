"""agilerl 2.58.0: ``PPO.learn`` divides the sum of its minibatches' losses by that of rows, not of minibatches."""

import numpy as np
import torch
from agilerl.algorithms import PPO
from gymnasium.spaces import Box, Discrete
from tensordict import TensorDict

agent = PPO(Box(-1, 1, (1,)), Discrete(2), batch_size=8, update_epochs=1, ent_coef=0.0, vf_coef=1.0, clip_coef=1e6)
rows = torch.zeros(8, 1)
log_probs, _, values = (column.detach() for column in agent.evaluate_actions(rows, torch.zeros(8)))
columns = {"observations": rows, "actions": rows, "log_probs": log_probs, "values": values, "returns": values + 2}
columns["advantages"] = torch.tensor(np.resize([1.0, -1.0], 8)).float()
print("eight rows, V = 0, y = 2, one minibatch:", agent.learn(TensorDict(columns, batch_size=[8])), "exact 2")
