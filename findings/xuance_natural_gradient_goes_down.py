"""xuance 1.4.4: what NPG takes for the Fisher matrix, and the way of a step on one row with advantage 1."""

from argparse import Namespace

import torch
from xuance.common import BaseCallback
from xuance.torch.learners.policy_gradient.npg_learner import NPG_Learner
from xuance.torch.utils.distributions import CategoricalDistribution


class Policy(torch.nn.Module):
    """One state, two actions with equal probabilities; a critic that says 0."""

    def __init__(self):
        super().__init__()
        self.actor, self.critic = torch.nn.Linear(1, 2, bias=False), torch.nn.Linear(1, 1)
        torch.nn.init.zeros_(self.actor.weight)

    def forward(self, observations):
        distribution = CategoricalDistribution(2)
        distribution.set_param(logits=self.actor(observations))
        return {}, distribution, self.critic(observations)[:, 0]


settings = {"learning_rate": 0.1, "gamma": 0.99, "horizon_size": 1, "parallels": 1, "running_steps": 1}
settings |= {"use_grad_clip": False, "grad_clip_norm": None, "distributed_training": False, "episode_length": 1}
policy = Policy()
learner = NPG_Learner(Namespace(device="cpu", model_dir="", **settings), policy, BaseCallback())
state, action, direction = torch.ones(1, 1), torch.zeros(1), torch.tensor([1.0, -1.0])
inverse = learner.compute_fisher_information(policy.actor.weight, state, action)
fisher = torch.linalg.inv(inverse) - 1e-3 * torch.eye(2)
print("v'Fv along v = (1, -1):", round((direction @ fisher @ direction).item(), 3), "exact 1")
learner.update(obs=state, actions=action, returns=torch.zeros(1), advantages=torch.ones(1))
probability = policy.actor.weight[:, 0].softmax(0)[0].item()
print("probability of an action with advantage 1, before 0.5, after:", round(probability, 3), "exact: more than 0.5")
