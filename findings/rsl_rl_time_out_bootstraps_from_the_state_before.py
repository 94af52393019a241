"""rsl_rl 5.5.1: at a time-out, γ V of the state *before* the step is added to the reward, not V of the one reached."""

import torch
from rsl_rl.algorithms import PPO
from rsl_rl.storage import RolloutStorage
from tensordict import TensorDict


class Critic(torch.nn.Module):
    """V(0) = 2 before the step, V(1) = 8 after it; as an actor, it always takes action 0."""

    is_recurrent = False
    output_distribution_params = (torch.zeros(1, 1),)

    def __init__(self):
        super().__init__()
        self.values = torch.nn.Parameter(torch.tensor([2.0, 8.0]))

    def forward(self, observation, stochastic_output=False, **_):
        state = observation["policy"].long()
        return torch.zeros(1, 1) if stochastic_output else self.values[state[:, 0]][:, None]

    def get_output_log_prob(self, _):
        return torch.zeros(1)

    def get_hidden_state(self):
        return None

    def reset(self, *_, **__):
        return None


def seen(state):
    return TensorDict({"policy": torch.tensor([[float(state)]])}, batch_size=[1])


storage = RolloutStorage("rl", 1, 1, seen(0), [1])
ppo = PPO(Critic(), Critic(), storage, gamma=0.5, lam=0.5, normalize_advantage_per_mini_batch=True)
ppo.act(seen(0))
ppo.process_env_step(seen(1), torch.zeros(1), torch.ones(1), {"time_outs": torch.ones(1)})
ppo.compute_returns(seen(1))
print(
    "return of a step cut by a time limit, r = 0, V before 2, V reached 8, gamma 1/2:",
    storage.returns.item(),
    "exact 4",
)
