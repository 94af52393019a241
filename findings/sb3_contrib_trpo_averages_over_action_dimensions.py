"""sb3-contrib 2.9.2: TRPO's divergence is averaged over action dimensions, not summed: target_kl is that of one."""

import gymnasium
import numpy as np
import torch
from sb3_contrib import TRPO


class Bandit(gymnasium.Env):
    """One state, one step; the reward is the sum of the action."""

    observation_space = gymnasium.spaces.Box(-1, 1, (1,))

    def __init__(self, dimensions):
        self.action_space = gymnasium.spaces.Box(-10, 10, (dimensions,))

    def reset(self, **_):
        return np.zeros(1, np.float32), {}

    def step(self, action):
        return np.zeros(1, np.float32), float(action.sum()), True, False, {}


def policy_of(trpo):
    with torch.no_grad():
        return trpo.policy.get_distribution(torch.zeros(1, 1)).distribution


for dimensions in (1, 2, 8):
    trpo = TRPO("MlpPolicy", Bandit(dimensions), n_steps=512, seed=0, device="cpu")
    old = policy_of(trpo)
    trpo.learn(512)
    divergence = torch.distributions.kl_divergence(old, policy_of(trpo)).sum().item()
    print(f"{dimensions} action dimensions: KL(old || new) {divergence:.4f}, at most target_kl = {trpo.target_kl}")
