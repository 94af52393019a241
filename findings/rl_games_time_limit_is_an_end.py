"""rl_games 1.6.5: ``discount_values`` has one flag for ends and time limits: V of the state reached is dropped."""

from types import SimpleNamespace

import torch
from rl_games.common.a2c_common import A2CBase

agent = SimpleNamespace(horizon_length=1, gamma=0.5, tau=0.5)
zero = torch.zeros(1, 1, 1)
got = A2CBase.discount_values(agent, torch.ones(1), torch.ones(1, 1), torch.zeros(1, 1), zero, zero)
print("one step cut by a time limit, r = 0, V = 0, V(reached) = 1, gamma = 1/2:", got.item(), "exact 0.5")
