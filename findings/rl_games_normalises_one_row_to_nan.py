"""rl_games 1.6.5: one advantage, normalised by the standard deviation of one number, is not a number."""

from types import SimpleNamespace

import torch
from rl_games.common.a2c_common import DiscreteA2CBase

kept = {}
flags = dict.fromkeys(("normalize_value", "is_rnn", "normalize_rms_advantage", "use_action_masks", "has_central_value"))
agent = SimpleNamespace(normalize_advantage=True, dataset=SimpleNamespace(update_values_dict=kept.update), **flags)
row = dict.fromkeys(("actions", "neglogpacs", "dones", "obses"))
DiscreteA2CBase.prepare_dataset(agent, row | {"returns": torch.tensor([[2.0]]), "values": torch.zeros(1, 1)})
print("one advantage of 2:", kept["advantages"].item(), "exact 0")
