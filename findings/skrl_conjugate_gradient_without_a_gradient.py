"""skrl 2.1.1: TRPO's conjugate gradients divide 0 by 0 where there is no gradient."""

import torch
from gymnasium.spaces import Box
from skrl.agents.torch.trpo.trpo import conjugate_gradient
from skrl.models.torch import GaussianMixin, Model


class Policy(GaussianMixin, Model):
    """N(m, 1) in every state."""

    def __init__(self):
        space = Box(-1, 1, (1,))
        Model.__init__(self, observation_space=space, action_space=space, device="cpu")
        GaussianMixin.__init__(self)
        self.mean = torch.nn.Parameter(torch.zeros(1))

    def compute(self, inputs, _):
        return self.mean + 0 * inputs["observations"], {"log_std": torch.zeros(1)}


step = conjugate_gradient(policy=Policy(), observations=torch.zeros(1, 1), states=None, b=torch.zeros(1))
print("F = (1), g = (0):", step.tolist(), "exact [0.0]")
