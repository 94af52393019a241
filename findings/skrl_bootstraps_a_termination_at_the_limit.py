"""skrl 2.1.1: with ``time_limit_bootstrap``, γ V is added to the reward of a step that terminates at its time limit."""

import gymnasium
import numpy as np
import torch
from skrl.agents.torch.ppo import PPO
from skrl.memories.torch import RandomMemory
from skrl.models.torch import DeterministicMixin, Model

space = gymnasium.spaces.Box(-np.inf, np.inf, (1,))
owned = {"observation_space": space, "action_space": space, "device": "cpu"}


class One(DeterministicMixin, Model):
    """V = 1 everywhere."""

    def __init__(self):
        Model.__init__(self, **owned)
        DeterministicMixin.__init__(self)
        self.free = torch.nn.Parameter(torch.ones(1))

    def compute(self, inputs, _):
        return 0 * inputs["observations"] + self.free, {"log_prob": 0 * inputs["observations"]}


memory = RandomMemory(memory_size=1, num_envs=1, device="cpu")
settings = {"discount_factor": 0.5, "time_limit_bootstrap": True}
settings["experiment"] = {"write_interval": 0, "checkpoint_interval": 0}
agent = PPO(models={"policy": One(), "value": One()}, memory=memory, cfg=settings, **owned)
agent.init()
agent.enable_training_mode(True)
zero, yes = torch.zeros(1, 1), torch.ones(1, 1, dtype=torch.bool)
agent.act(zero, None, timestep=0, timesteps=1)
step = {"observations": zero, "states": None, "actions": zero, "rewards": zero.clone(), "next_observations": zero}
agent.record_transition(**step, next_states=None, terminated=yes, truncated=yes, infos={}, timestep=0, timesteps=1)
print("r = 0, V = 1, gamma 1/2, both flags: reward recorded", memory.get_tensor_by_name("rewards").item(), "exact 0")
