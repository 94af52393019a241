"""rl_games 1.6.5: an agent whose model is ``continuous_a2c`` raises at its first action, and would at its first update.

``forward`` returns an entropy that it has not computed; while it trains, ``values`` are called ``value``.
"""

import torch
from rl_games.algos_torch.models import ModelA2CContinuous


class Network(torch.nn.Module):
    """Mean 0, σ = 1 and value 0."""

    def forward(self, inputs):
        zeros = torch.zeros(len(inputs["obs"]), 1)
        return zeros, zeros + 1, zeros, None


model = ModelA2CContinuous.Network(
    Network(), obs_shape=(1,), normalize_value=False, normalize_input=False, value_size=1
)
trained = model({"is_train": True, "obs": torch.zeros(2, 1), "prev_actions": torch.zeros(2, 1)})
print("values while it trains:", trained.get("values"), "exact (0, 0)")
try:
    print("actions:", model({"is_train": False, "obs": torch.zeros(2, 1)})["actions"].tolist())
except UnboundLocalError as error:
    print("an action:", error, "exact: two numbers")
