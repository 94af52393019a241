"""tianshou 2.0.1: PPO divides one advantage by the standard deviation of one number; the update is not a number."""

import gymnasium
import torch
from tianshou.algorithm import PPO
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
ppo = PPO(policy=policy, critic=torch.nn.Linear(1, 1), optim=AdamOptimizerFactory())
one = torch.ones(1)
rows = {"obs": torch.ones(1, 1), "act": 0 * one, "adv": one, "logp_old": -one, "returns": one, "v_s": one}
ppo._update_with_batch(Batch(info=Batch(), **rows), None, 1)
print("weights after an update on one row:", policy.actor.weight.detach().ravel().tolist(), "exact: numbers")
