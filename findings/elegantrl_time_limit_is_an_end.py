"""elegantrl 0.3.6: ``undones`` is the one flag; V of the state reached is dropped at a time limit as at an end."""

from types import SimpleNamespace

import torch
from elegantrl.agents.AgentPPO import AgentPPO

agent = SimpleNamespace(gamma=0.5, lambda_gae_adv=0.5, last_state=torch.ones(1), cri=torch.clone)
zero = torch.zeros(1, 1)
got = AgentPPO.get_advantages_origin(agent, zero, zero, zero)
print("one step cut by a time limit, r = 0, V = 0, V(reached) = 1, gamma 1/2:", got.item(), "exact 0.5")
