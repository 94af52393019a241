"""agilerl 2.58.0: rollouts store "ended after this step"; the advantages read "had ended before it"."""

import gymnasium
import numpy as np
from agilerl.algorithms import PPO
from agilerl.rollouts.on_policy import collect_rollouts


class TwoSteps(gymnasium.Env):
    """Episodes of two steps that terminate; each earns 1."""

    observation_space = gymnasium.spaces.Box(-1, 1, (1,))
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, **_):
        self.steps = 0
        return np.zeros(1, dtype=np.float32), {}

    def step(self, _):
        self.steps += 1
        return np.full(1, self.steps / 2, dtype=np.float32), 1.0, self.steps == 2, False, {}


same_step = {"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP}
env = gymnasium.vector.SyncVectorEnv([TwoSteps], **same_step)
agent = PPO(TwoSteps.observation_space, TwoSteps.action_space, learn_step=5, num_envs=1)
collect_rollouts(agent, env, n_steps=5)
buffer = {name: agent.rollout_buffer.buffer[name][:, 0].numpy() for name in ("dones", "values", "advantages")}
print("ended after the step:         ", buffer["dones"])
print("advantages:                   ", buffer["advantages"])
print("exact where an episode ended: ", np.where(buffer["dones"], 1 - buffer["values"], np.nan))
