"""skrl 2.1.1: without ``time_limit_bootstrap`` advantages flow over a truncation into the episode before it."""

import torch
from skrl.agents.torch.ppo.ppo import compute_gae

no, zero = torch.zeros(2, 1, 1, dtype=torch.bool), torch.zeros(2, 1, 1)
cut = torch.tensor([[[True]], [[False]]])
later = torch.tensor([[[0.0]], [[8.0]]])
returns, _ = compute_gae(
    rewards=later,
    terminated=no,
    truncated=cut,
    values=zero,
    last_values=torch.zeros(1, 1),
    discount_factor=0.5,
    lambda_coefficient=0.5,
)
print("reward 8 in the episode after the cut, V = 0, gamma = lambda = 1/2")
print("advantage of the step that was cut:", returns[0].item(), "exact 0")
