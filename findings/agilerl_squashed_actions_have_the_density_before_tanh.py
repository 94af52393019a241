"""agilerl 2.58.0: with ``squash_output``, the density is that of the Gaussian before tanh, at the action after it.

Neither is tanh undone nor its slope taken off, so that the ratios of PPO are others as well.
"""

import math

import numpy as np
import torch
from agilerl.networks.distributions import TorchDistribution
from gymnasium.spaces import Box
from torch.distributions import Normal, TanhTransform, TransformedDistribution

SPACE, ACTION = Box(-1, 1, (1,), dtype=np.float32), torch.tensor([[math.tanh(2.0)]])


def densities(mean):
    mu, sigma = torch.tensor([[mean]]), torch.ones(1, 1)
    library = TorchDistribution(action_space=SPACE, mu=mu, log_std=sigma.log(), squash_output=True)
    exact = TransformedDistribution(Normal(mu, sigma), TanhTransform())
    return library.log_prob(ACTION).item(), exact.log_prob(ACTION).sum().item()


(got, exact), (moved, exactly_moved) = densities(0.0), densities(1.0)
print("mean 0, σ = 1, log-probability of tanh 2:", got, "exact", exact)
print("ratio where the mean moves to 1:", math.exp(moved - got), "exact", math.exp(exactly_moved - exact))
