"""elegantrl 0.3.6: ``AgentDiscreteA2C`` has the update of PPO; and with two environments no discrete agent can play."""

import torch
from elegantrl.agents.AgentA2C import AgentA2C, AgentDiscreteA2C
from elegantrl.agents.AgentPPO import AgentDiscretePPO, AgentPPO
from elegantrl.train.config import Config

print("AgentDiscreteA2C updates as PPO does:", AgentDiscreteA2C.update_net is AgentPPO.update_net, "exact False")
print("AgentA2C does:", AgentA2C.update_net is AgentPPO.update_net)


class Two:
    """Two environments in which nothing happens."""

    def step(self, _actions):
        return torch.zeros(2, 1), torch.zeros(2), torch.zeros(2), {}


known = {"env_name": "", "num_envs": 2, "state_dim": 1, "action_dim": 2, "if_discrete": True}
agent = AgentDiscretePPO([1], 1, 2, gpu_id=-1, args=Config(AgentDiscretePPO, None, known))
agent.last_state = torch.zeros(2, 1)
try:
    print("actions of three steps:", agent.explore_env(Two(), 3)[1].shape)
except RuntimeError as error:
    print("two environments:", error)
