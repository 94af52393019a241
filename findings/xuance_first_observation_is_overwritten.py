"""xuance 1.4.4: without ``use_obsnorm``, the first observation that ``train`` stores is the second one.

``train`` begins with ``train_envs.buf_obs`` itself, into which ``step`` writes before the memory is given it.
"""

from types import SimpleNamespace

import numpy as np
from gymnasium.spaces import Box, Discrete
from xuance.common import BaseCallback, DummyOnPolicyBuffer
from xuance.environment import DummyVecEnv
from xuance.torch.agents import PPO_Agent


class Counting:
    """The observation is the number of steps taken."""

    observation_space, action_space, max_episode_steps = Box(0, 9, (1,)), Discrete(1), 9

    def reset(self):
        self.steps = 0
        return np.zeros(1), {}

    def step(self, _):
        self.steps += 1
        return np.full(1, self.steps), 0.0, False, False, {}


agent = SimpleNamespace(train_envs=DummyVecEnv([lambda env_seed: Counting()], 0), n_envs=1, current_step=0, policy=None)
agent.memory = DummyOnPolicyBuffer(Counting.observation_space, Counting.action_space, {"old_logp": ()}, 1, 5)
agent._process_observation = lambda seen: PPO_Agent._process_observation(SimpleNamespace(use_obsnorm=False), seen)
agent.get_actions = lambda *_, **__: dict.fromkeys(("actions", "values", "log_pi"), np.zeros(1))
agent.get_aux_info = lambda _: {"old_logp": np.zeros(1)}
agent.obs_rms, agent.callback = SimpleNamespace(update=lambda _: None), BaseCallback()
agent._process_reward, agent.gamma, agent.returns = lambda rewards: rewards, 0.5, np.zeros(1)
agent.train_envs.reset()
PPO_Agent.train(agent, 4)
print("observations stored:", agent.memory.observations[0, :4, 0].tolist(), "exact [0, 1, 2, 3]")
