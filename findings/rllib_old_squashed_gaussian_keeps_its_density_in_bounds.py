"""RLlib 2.60.0, old stack: ``TorchSquashedGaussian`` keeps ln σ in [−5, 2] and ln N of a dimension in [−100, 100]."""

import math

import torch
from ray.rllib.models.torch.torch_action_dist import TorchSquashedGaussian

action = 0.5
u, slope = math.atanh(action), math.log(1 - action**2)
for mean, log_std in ((16.0, 0.0), (0.0, 3.0)):
    got = TorchSquashedGaussian(torch.tensor([[mean, log_std]]), None).logp(torch.tensor([[action]])).item()
    exact = -(((u - mean) / math.exp(log_std)) ** 2) / 2 - log_std - math.log(2 * math.pi) / 2 - slope
    print(f"mean {mean:g}, ln σ {log_std:g}, action {action}: log-density {got:.5g}, exact {exact:.5g}")
