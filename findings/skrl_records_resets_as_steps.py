"""skrl 2.1.1: with a default Gymnasium vector environment, a reset is recorded as a step from the terminal state."""

import gymnasium
import torch
from skrl.agents.torch.ppo import PPO
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, DeterministicMixin, Model
from skrl.trainers.torch import SequentialTrainer


class TwoSteps(gymnasium.Env):
    """0 → 1 → 2, where it terminates; each step earns 1."""

    observation_space = gymnasium.spaces.Discrete(3)
    action_space = gymnasium.spaces.Discrete(1)
    steps = 0

    def reset(self, **_):
        self.state = 0
        return 0, {}

    def step(self, _):
        self.state += 1
        TwoSteps.steps += 1
        return self.state, 1.0, self.state == 2, False, {}


class Policy(CategoricalMixin, Model):
    def __init__(self, **owned):
        Model.__init__(self, **owned)
        CategoricalMixin.__init__(self)
        self.free = torch.nn.Parameter(torch.zeros(1))

    def compute(self, inputs, _):
        return 0 * inputs["observations"] + self.free, {}

    def distribution(self, **_):
        return torch.distributions.Normal(torch.zeros(1), torch.ones(1))


class Value(DeterministicMixin, Model):
    def __init__(self, **owned):
        Model.__init__(self, **owned)
        DeterministicMixin.__init__(self)
        self.free = torch.nn.Parameter(torch.zeros(1))

    def compute(self, inputs, _):
        return 0 * inputs["observations"] + self.free, {}


env = wrap_env(gymnasium.vector.SyncVectorEnv([TwoSteps, TwoSteps]), wrapper="gymnasium", verbose=False)
owned = {"observation_space": env.observation_space, "action_space": env.action_space, "device": "cpu"}
memory = RandomMemory(memory_size=6, num_envs=2, device="cpu")
settings = {"rollouts": 6, "learning_rate": 0.0, "experiment": {"write_interval": 0, "checkpoint_interval": 0}}
agent = PPO(models={"policy": Policy(**owned), "value": Value(**owned)}, memory=memory, cfg=settings, **owned)
SequentialTrainer(env=env, agents=agent, cfg={"timesteps": 6, "headless": True, "disable_progressbar": True}).train()
print(
    "states recorded: ", memory.get_tensor_by_name("observations")[:, 0, 0].int().tolist(), "exact [0, 1, 0, 1, 0, 1]"
)
print("rewards recorded:", memory.get_tensor_by_name("rewards")[:, 0, 0].tolist(), "exact six times 1")
print("steps of the two environments:", TwoSteps.steps, "transitions recorded: 12")
