"""torchrl 0.14.1: ``GAE`` with ``average_gae`` divides one advantage by the standard deviation of one number."""

import torch
from tensordict import TensorDict
from torchrl.objectives.value import GAE

one, yes = torch.ones(1, 1, 1), torch.ones(1, 1, 1, dtype=torch.bool)
after = {"state_value": one, "reward": one, "terminated": yes, "done": yes}
step = TensorDict({"state_value": one, "next": after}, batch_size=[1, 1])
module = GAE(gamma=0.5, lmbda=0.5, value_network=None, average_gae=True)
print("one environment, one step:", module(step)["advantage"].item(), "exact 0")
