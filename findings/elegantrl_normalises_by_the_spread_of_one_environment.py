"""elegantrl 0.3.6: PPO subtracts the mean of all advantages, and divides by the spread of one environment's."""

import torch
from elegantrl.agents import AgentPPO
from elegantrl.train import Config

config = Config(AgentPPO, None, {"env_name": "", "num_envs": 2, "state_dim": 1, "action_dim": 1, "if_discrete": False})
config.lambda_entropy, config.learning_rate, config.batch_size, config.repeat_times = 0.0, 0.0, 1, 0.5
agent = AgentPPO([1], 1, 1, gpu_id=-1, args=config)
agent.cri.net = torch.nn.Linear(1, 1, bias=False)  # says 0 in state 0: the advantage of a step that ends is its reward
states = actions = torch.zeros(2, 2, 1)
agent.last_state = states[-1]
old = agent.act.get_logprob_entropy(states[0], actions[0])[0].expand(2, 2)
rewards, undones = torch.tensor([[1.0, 1.0], [1.0, 0.0]]), torch.zeros(2, 2)  # a column an environment
drawn = set()
for _ in range(32):  # an update draws one row; where the ratio is 1, its objective is that row's advantage, normalised
    drawn.add(round(agent.update_net((states, actions, old, rewards, undones))[1], 3))
print("two environments, advantages (1, 1) and (1, 0); 1 becomes", sorted(drawn), "exact: [0.5]")
