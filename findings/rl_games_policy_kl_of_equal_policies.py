"""rl_games 1.6.5: ``policy_kl`` of a policy and itself is 5e-6 an action dimension; of small deviations, negative."""

import torch
from rl_games.algos_torch.torch_ext import policy_kl

for dimensions in (1, 10):
    mean, deviation = torch.zeros(1, dimensions), torch.ones(1, dimensions)
    print(dimensions, "dimensions:", policy_kl(mean, deviation, mean, deviation).item(), "exact 0")
small = torch.full((1, 1), 0.003)
print("deviation 0.003, mean moved by it:", policy_kl(torch.zeros(1, 1), small, small, small).item(), "exact 0.5")
