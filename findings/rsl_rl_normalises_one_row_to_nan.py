"""rsl_rl 5.5.1: one advantage, normalised by the standard deviation of one number, is not a number."""

import torch
from rsl_rl.algorithms import PPO
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from tensordict import TensorDict

seen = TensorDict({"policy": torch.ones(1, 1)}, batch_size=[1])
groups = {"actor": ["policy"], "critic": ["policy"]}
gaussian = {"class_name": "GaussianDistribution"}
actor = MLPModel(seen, groups, "actor", 1, hidden_dims=(4,), distribution_cfg=gaussian)
critic = MLPModel(seen, groups, "critic", 1, hidden_dims=(4,))
ppo = PPO(actor, critic, RolloutStorage("rl", 1, 1, seen, [1]), num_mini_batches=1)
ppo.act(seen)
ppo.process_env_step(seen, torch.ones(1), torch.ones(1), {})
ppo.compute_returns(seen)
print("one environment, one step:", ppo.storage.advantages.item(), "exact 0")
