"""elegantrl 0.3.6: in SAC, the log-probability of an action drawn has the Gaussian's density at its mean."""

import torch
from elegantrl.agents.net import ActorFixSAC
from torch.distributions import Normal, TanhTransform, TransformedDistribution

torch.manual_seed(0)
actor = ActorFixSAC([1], 1, 1)
actor.net_s, actor.net_a = torch.nn.Identity(), torch.nn.Linear(1, 2)
actor.net_a.weight.data, actor.net_a.bias.data = torch.zeros(2, 1), torch.zeros(2)
with torch.no_grad():
    actions, log_probs = actor.get_action_logprob(torch.zeros(100_000, 1))
exact = TransformedDistribution(Normal(torch.zeros(1), torch.ones(1)), TanhTransform()).log_prob(actions)[:, 0]
print("m = 0, σ = 1, entropy as the mean of -log π:", -log_probs.mean().item(), "exact", -exact.mean().item())
