"""tianshou 2.0.1: a TRPO update where all advantages are 0 raises ValueError: conjugate gradients divide 0 by 0."""

import gymnasium
import torch
from tianshou.algorithm import TRPO
from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Batch


class Actor(torch.nn.Linear):
    def forward(self, observations, **_):
        return super().forward(torch.as_tensor(observations)), None


policy = ProbabilisticActorPolicy(
    actor=Actor(1, 2),
    dist_fn=lambda logits: torch.distributions.Categorical(logits=logits),
    action_space=gymnasium.spaces.Discrete(2),
    action_scaling=False,
    action_bound_method=None,
)
trpo = TRPO(policy=policy, critic=torch.nn.Linear(1, 1), optim=AdamOptimizerFactory(), advantage_normalization=False)
states = torch.ones(2, 1)
log_probs = policy(Batch(obs=states, info=Batch())).dist.log_prob(torch.zeros(2)).detach()
rows = {"act": torch.zeros(2), "adv": torch.zeros(2), "logp_old": log_probs, "returns": torch.zeros(2)}
try:
    trpo._update_with_batch(Batch(obs=states, info=Batch(), **rows), None, 1)
    print("the policy stays, as it should")
except ValueError as error:
    print("TRPO raises ValueError:", str(error).splitlines()[0])
