"""elegantrl 0.3.6: ``get_advantages_vtrace`` takes 0 for the value of the state that a rollout ends in.

``Config`` has a setting for it, ``if_use_vtrace``, which nothing reads: the agent asks for ``if_use_v_trace``.
"""

import torch
from elegantrl.agents.AgentPPO import AgentPPO
from elegantrl.train.config import Config


def made(setting):
    config = Config(AgentPPO, None, {"env_name": "", "state_dim": 1, "action_dim": 1, "if_discrete": False})
    config.gamma = 0.5
    setattr(config, setting, True)
    agent = AgentPPO([1], 1, 1, gpu_id=-1, args=config)
    agent.cri, agent.last_state = lambda states: states[:, 0], torch.ones(1, 1)
    return agent


for setting in ("if_use_vtrace", "if_use_v_trace"):
    agent = made(setting)
    step = torch.zeros(1, 1), torch.ones(1, 1), torch.zeros(1, 1)
    print(f"{setting}: {agent.get_advantages.__name__}, r = V = 0, V reached 1, γ = ½:", end=" ")
    print(agent.get_advantages(*step).item(), "exact 0.5")
