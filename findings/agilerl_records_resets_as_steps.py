"""agilerl 2.58.0: on the vector environment that ``make_vect_envs`` makes, a reset is recorded as a step."""

import gymnasium
import numpy as np
from agilerl.algorithms import PPO
from agilerl.rollouts.on_policy import collect_rollouts
from agilerl.utils.utils import make_vect_envs


class TwoSteps(gymnasium.Env):
    """0 → 1 → 2, which is terminal."""

    observation_space = gymnasium.spaces.Box(0, 2, (1,))
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, **_):
        self.state = 0
        return np.zeros(1, dtype=np.float32), {}

    def step(self, _):
        self.state += 1
        return np.full(1, self.state, dtype=np.float32), 1.0, self.state == 2, False, {}


env = make_vect_envs(num_envs=1, make_env=TwoSteps, should_async_vector=False)
agent = PPO(TwoSteps.observation_space, TwoSteps.action_space, learn_step=6, num_envs=1)
collect_rollouts(agent, env, n_steps=6)
buffer = {name: agent.rollout_buffer.buffer[name].reshape(6).int().tolist() for name in ("observations", "rewards")}
print("states of six steps: ", buffer["observations"], "exact [0, 1, 0, 1, 0, 1]")
print("rewards of six steps:", buffer["rewards"], "exact [1, 1, 1, 1, 1, 1]")
