"""torchrl 0.14.1: the advantage of a batch of one row is not normalised, though ``normalize_advantage`` asks for it."""

import torch
from tensordict import TensorDict
from tensordict.nn import ProbabilisticTensorDictModule, ProbabilisticTensorDictSequential, TensorDictModule
from torchrl.objectives import ClipPPOLoss

actor = ProbabilisticTensorDictSequential(
    TensorDictModule(torch.nn.Linear(1, 2), in_keys=["observation"], out_keys=["logits"]),
    ProbabilisticTensorDictModule(
        in_keys=["logits"], out_keys=["action"], distribution_class=torch.distributions.Categorical
    ),
)
critic = TensorDictModule(torch.nn.Linear(1, 1), in_keys=["observation"], out_keys=["state_value"])
loss = ClipPPOLoss(actor, critic, normalize_advantage=True, entropy_bonus=False)
row = {
    "observation": torch.ones(1, 1),
    "action": torch.zeros(1, dtype=torch.long),
    "advantage": torch.full((1, 1), 5.0),
}
row |= {"value_target": torch.zeros(1, 1)}
with torch.no_grad():
    row["action_log_prob"] = torch.log_softmax(actor.module[0].module(row["observation"]), -1)[:, 0]
print("one row, ratio 1, advantage 5: loss", loss(TensorDict(row, batch_size=[1]))["loss_objective"].item(), "exact 0")
