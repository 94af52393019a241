"""pfrl 0.4.0: a TRPO update where all advantages are 0 raises ValueError: conjugate gradients divide 0 by 0."""

import numpy as np
import torch
from pfrl.agents import TRPO
from pfrl.policies import SoftmaxCategoricalHead
from pfrl.utils import conjugate_gradient

print("conjugate_gradient(identity, 0):", conjugate_gradient(lambda x: x, torch.zeros(2)), "exact [0, 0]")
policy = torch.nn.Sequential(torch.nn.Linear(1, 2), SoftmaxCategoricalHead())
critic = torch.nn.Linear(1, 1)
agent = TRPO(policy, critic, torch.optim.SGD(critic.parameters(), lr=0.1), entropy_coef=0.0)
state = np.ones(1, dtype=np.float32)
row = {"state": state, "action": 0, "adv": 0.0, "log_prob": policy(torch.ones(1, 1)).log_prob(torch.tensor([0])).item()}
try:
    agent._update_policy([row, row])
    print("the policy stays, as it should")
except ValueError as error:
    print("TRPO raises ValueError:", str(error).splitlines()[0])
