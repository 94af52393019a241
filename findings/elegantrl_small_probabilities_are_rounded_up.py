"""elegantrl 0.3.6: the policy of its discrete actor goes through probabilities, which PyTorch keeps above 1.2e-7."""

import torch
from elegantrl.agents.net import ActorDiscretePPO

actor = ActorDiscretePPO([1], 1, 2)
actor.net = torch.nn.Linear(1, 2)
actor.net.weight.data, actor.net.bias.data = torch.zeros(2, 1), torch.tensor([0.0, 40.0])
log_prob, _ = actor.get_logprob_entropy(torch.zeros(1, 1), torch.zeros(1, 1))
log_prob.sum().backward()
print("logits (0, 40), log-probability of the first action:", log_prob.item(), "exact -40")
print("its gradient:", actor.net.bias.grad.tolist(), "exact [1, -1]")
