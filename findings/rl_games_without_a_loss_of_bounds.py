"""rl_games 1.6.5: where ``bounds_loss_coef`` is not set, the losses of a continuous agent cannot be computed."""

from types import SimpleNamespace

import torch
from rl_games.algos_torch.a2c_continuous import A2CAgent
from rl_games.common.common_losses import actor_loss

agent = SimpleNamespace(ppo=True, has_value_loss=True, model=None, clip_value=False, critic_coef=1.0, entropy_coef=0.0)
agent.bound_loss_type, agent.bounds_loss_coef = "bound", {}.get("bounds_loss_coef")  # as the agent reads its settings
agent.bound_loss = lambda mu: A2CAgent.bound_loss(agent, mu)
row, column = torch.zeros(1), torch.zeros(1, 1)
try:
    A2CAgent.calc_losses(agent, actor_loss, row, row, row, 0.2, column, column, column, column, row, None)
except AttributeError as error:
    print("without bounds_loss_coef:", error)
agent.bounds_loss_coef = 0.0
loss = A2CAgent.calc_losses(agent, actor_loss, row, row, row, 0.2, column, column, column, column, row, None)[0]
print("with 0:", loss.item(), "exact 0 in both")
