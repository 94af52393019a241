"""rl_games 1.6.5: by default, at a time-out, γ V of the state *before* the step is added to the reward."""

from types import SimpleNamespace

import torch
from rl_games.common.a2c_common import A2CBase

VALUES = {0: 2.0, 1: 8.0}


class OneStep:
    """0 → 1, where a time limit cuts; then 0 again."""

    def step(self, _actions):
        limits = {"time_outs": torch.ones(1)}
        return {"obs": torch.zeros(1, 1)}, torch.zeros(1, 1), torch.ones(1), limits


def looked_up(seen):
    return torch.tensor([[VALUES[int(seen["obs"])]]])


stored = {"dones": torch.zeros(1, 1), "values": torch.zeros(1, 1, 1), "rewards": torch.zeros(1, 1, 1)}
buffer = SimpleNamespace(tensor_dict=stored, get_transformed_list=lambda *_: {})
buffer.update_data = lambda name, n, row: stored[name].__setitem__(n, row) if name in stored else None
silent = SimpleNamespace(update=lambda *_: None, process_infos=lambda *_: None)
flags = dict.fromkeys(("use_action_masks", "has_central_value"), False)
agent = SimpleNamespace(horizon_length=1, gamma=0.5, tau=1.0, num_agents=1, batch_size=1, value_bootstrap=True, **flags)
agent.update_list, agent.tensor_list, agent.experience_buffer = ["values"], [], buffer
agent.obs, agent.dones = {"obs": torch.zeros(1, 1)}, torch.ones(1)
agent.get_action_values, agent.get_values = lambda seen: {"values": looked_up(seen), "actions": None}, looked_up
agent.env_step, agent.cast_obs, agent.rewards_shaper = OneStep().step, lambda column: column, torch.clone
agent.current_rewards, agent.current_shaped_rewards, agent.current_lengths = (torch.zeros(1, 1) for _ in range(3))
agent.game_rewards = agent.game_shaped_rewards = agent.game_lengths = agent.algo_observer = silent
agent.discount_values = lambda *columns: A2CBase.discount_values(agent, *columns)
A2CBase.play_steps(agent)
print("r = 0, V before 2, V reached 8, γ = ½, the reward stored:", stored["rewards"].item(), "exact with V reached 4")
