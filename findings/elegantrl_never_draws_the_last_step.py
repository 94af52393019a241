"""elegantrl 0.3.6: PPO draws its minibatches from all steps of a rollout but the last."""

import torch
from elegantrl.agents import AgentPPO
from elegantrl.agents.net import ActorPPO
from elegantrl.train import Config

drawn = set()


class Actor(ActorPPO):
    """Keeps which states it was asked for."""

    def get_logprob_entropy(self, state, action):
        drawn.update(state[:, 0].tolist())
        return super().get_logprob_entropy(state, action)


class Agent(AgentPPO):
    """With that actor."""

    act_class = Actor


config = Config(AgentPPO, None, {"env_name": "", "state_dim": 1, "action_dim": 1, "if_discrete": False})
config.batch_size, config.repeat_times = 100, 50
agent = Agent([1], 1, 1, gpu_id=-1, args=config)
states = torch.arange(4.0).reshape(4, 1, 1)
agent.last_state = states[-1]
agent.update_net((states, torch.zeros(4, 1, 1), *torch.zeros(3, 4, 1)))
print("states 0 to 3, drawn 200 times:", sorted(drawn), "exact: [0.0, 1.0, 2.0, 3.0]")
