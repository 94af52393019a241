"""sb3-contrib 2.9.2: TRPO holds KL(new ‖ old) within target_kl; KL(old ‖ new), which the paper bounds, may be more."""

import gymnasium
import numpy as np
import torch
from sb3_contrib import TRPO
from stable_baselines3.common.logger import Logger


class OneState(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (1,))
    action_space = gymnasium.spaces.Discrete(2)


def kl(p, q):
    return (p * np.log(p / q)).sum()


trpo = TRPO(
    "MlpPolicy",
    OneState(),
    n_steps=2,
    batch_size=2,
    target_kl=10.0,
    normalize_advantage=False,
    policy_kwargs={"net_arch": []},
)
trpo.set_logger(Logger(None, []))
with torch.no_grad():
    trpo.policy.action_net.weight.zero_()
    trpo.policy.action_net.bias.copy_(torch.tensor([8.0, 0.0]))
state = torch.ones(1, 1)
distribution = trpo.policy.get_distribution(state).distribution
old = distribution.probs.detach().double().numpy()[0]
rare = torch.tensor([1])
for _ in range(2):
    log_prob = distribution.log_prob(rare).detach()
    trpo.rollout_buffer.add(np.ones((1, 1)), np.array([[1]]), np.zeros(1), np.zeros(1), torch.zeros(1), log_prob)
trpo.rollout_buffer.advantages[:] = 1.0
trpo.train()
new = trpo.policy.get_distribution(state).distribution.probs.detach().double().numpy()[0]
print("target_kl 10: KL(new ‖ old)", kl(new, old), "KL(old ‖ new)", kl(old, new))
