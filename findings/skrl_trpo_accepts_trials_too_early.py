"""skrl 2.1.1: TRPO's line search shrinks the expected improvement once more at every trial, and accepts too early."""

import torch
from gymnasium.spaces import Box
from skrl.agents.torch.trpo import TRPO
from skrl.memories.torch import RandomMemory
from skrl.models.torch import DeterministicMixin, GaussianMixin, Model


class Policy(GaussianMixin, Model):
    """N(m, e^2l) in every state; m = l = 0 to begin with."""

    def __init__(self, **owned):
        Model.__init__(self, **owned)
        GaussianMixin.__init__(self)
        self.mean, self.log_std = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))

    def compute(self, inputs, _):
        return self.mean + 0 * inputs["observations"], {"log_std": self.log_std}


class Value(DeterministicMixin, Model):
    def __init__(self, **owned):
        Model.__init__(self, **owned)
        DeterministicMixin.__init__(self)
        self.free = torch.nn.Parameter(torch.zeros(1))

    def compute(self, inputs, _):
        return 0 * inputs["observations"] * self.free, {}


owned = {"observation_space": Box(-1, 1, (1,)), "action_space": Box(-9, 9, (1,)), "device": "cpu"}
models = {"policy": Policy(**owned), "value": Value(**owned)}
memory = RandomMemory(memory_size=2, num_envs=1, device="cpu", replacement=False)
settings = {"rollouts": 2, "max_kl_divergence": 0.5, "experiment": {"write_interval": 0, "checkpoint_interval": 0}}
agent = TRPO(models=models, memory=memory, cfg=settings, **owned)
agent.init()
agent.enable_training_mode(True)
actions, rewards = torch.tensor([2.0, 2.5]), torch.tensor([0.0, -2.0])  # each step is an episode: advantages too
state, ended = torch.zeros(1, 1), torch.ones(1, 1, dtype=torch.bool)
for t in range(2):
    agent.act(state, None, timestep=t, timesteps=2)
    agent._current_log_prob = torch.distributions.Normal(0.0, 1.0).log_prob(actions[t]).reshape(1, 1)
    here = {"observations": state, "states": None, "next_observations": state, "next_states": None, "infos": {}}
    step = {"actions": actions[t].reshape(1, 1), "rewards": rewards[t].reshape(1, 1), "timestep": t, "timesteps": 2}
    agent.record_transition(terminated=ended, truncated=~ended, **here, **step)
agent.update(timestep=1, timesteps=2)

advantages = (rewards - rewards.mean()) / (rewards.std() + 1e-8)
mean, log_std = agent.policy.mean.detach(), agent.policy.log_std.detach()
log_ratio = torch.distributions.Normal(mean, log_std.exp()).log_prob(actions)
log_ratio -= torch.distributions.Normal(0.0, 1.0).log_prob(actions)
gained = (advantages * log_ratio.exp()).mean() - advantages.mean()
expected = (advantages * actions).mean() * mean + (advantages * (actions**2 - 1)).mean() * log_std
print(f"improvement accepted: {gained.item() / expected.item():.3f} of the expected one; accept_ratio is 0.5")
