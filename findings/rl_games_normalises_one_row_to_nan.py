"""rl_games 1.6.5: one advantage, normalised by the standard deviation of one number, is not a number."""

import torch
from rl_games.common.common_losses import normalize_advantage

print("one advantage of 2:", normalize_advantage(torch.tensor([2.0])).item(), "exact 0")
