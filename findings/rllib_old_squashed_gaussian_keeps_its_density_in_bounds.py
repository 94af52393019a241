"""RLlib 2.60.0, old stack: ``TorchSquashedGaussian`` keeps ln σ in [−5, 2] and ln N of a dimension in [−100, 100]."""

import math

import torch
from ray.rllib.models.torch.torch_action_dist import TorchSquashedGaussian

action = 0.5
u, slope = math.atanh(action), math.log(1 - action**2)
for log_std in (-5.0, 3.0):
    got = TorchSquashedGaussian(torch.tensor([[0.0, log_std]]), None).logp(torch.tensor([[action]])).item()
    exact = -((u / math.exp(log_std)) ** 2) / 2 - log_std - math.log(2 * math.pi) / 2 - slope
    print(f"mean 0, ln σ {log_std:g}, action {action}: log-density {got:.4g}, exact {exact:.4g}")
