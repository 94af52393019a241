"""agilerl 2.58.0: one advantage, normalised by the standard deviation of one number, makes all weights not a number."""

import torch
from agilerl.algorithms import PPO
from gymnasium.spaces import Box, Discrete
from tensordict import TensorDict

agent = PPO(Box(-1, 1, (1,)), Discrete(2), batch_size=1, update_epochs=1)
row, zero = torch.zeros(1, 1), torch.zeros(1)
columns = {"observations": row, "actions": row, "log_probs": zero, "values": zero, "returns": zero}
agent.learn(TensorDict(columns | {"advantages": zero + 2}, batch_size=[1]))
print("one advantage of 2, a weight of the actor:", next(agent.actor.parameters()).ravel()[0].item(), "exact: a number")
