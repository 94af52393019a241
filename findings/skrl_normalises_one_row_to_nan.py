"""skrl 2.1.1: one advantage, normalised by the standard deviation of one number, is not a number."""

import torch
from skrl.agents.torch.ppo.ppo import compute_gae

one, no = torch.ones(1, 1, 1), torch.zeros(1, 1, 1, dtype=torch.bool)
_, advantages = compute_gae(rewards=one, terminated=~no, truncated=no, values=0 * one, last_values=torch.zeros(1, 1))
print("one environment, one step:", advantages.item(), "exact 0")
