"""RLlib 2.60.0: ``vf_clip_param`` caps the squared error, so that far predictions have no gradient at all.

The lines are those of ``PPOTorchLearner.compute_loss_for_module``, called on the learner's own method.
"""

from types import SimpleNamespace

import torch
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner


class Rows:
    def __init__(self, rows):
        self.rows = rows

    from_logits = classmethod(lambda cls, rows: cls(rows))

    def logp(self, _):
        return self.rows

    def entropy(self):
        return 0 * self.rows


value, zero = torch.nn.Parameter(torch.tensor([0.0])), torch.zeros(1)
module = SimpleNamespace(
    get_train_action_dist_cls=lambda: Rows,
    get_exploration_action_dist_cls=lambda: Rows,
    compute_values=lambda *_, **__: value,
)
learner = SimpleNamespace(
    module={"m": SimpleNamespace(unwrapped=lambda: module)},
    metrics=SimpleNamespace(log_dict=lambda *_, **__: None),
    entropy_coeff_schedulers_per_module={"m": SimpleNamespace(get_current_value=lambda: 0.0)},
)
config = SimpleNamespace(use_kl_loss=False, use_critic=True, clip_param=0.3, vf_clip_param=10.0, vf_loss_coeff=1.0)
batch = {"actions": zero, "action_dist_inputs": zero, "action_logp": zero, "advantages": zero}
batch["value_targets"] = torch.tensor([4.0])
fields = {"module_id": "m", "config": config, "batch": batch, "fwd_out": {"action_dist_inputs": zero}}
loss = PPOTorchLearner.compute_loss_for_module(learner, **fields)
loss.backward()
print("V = 0, target 4, vf_clip_param 10: loss", loss.item(), "gradient", value.grad.item(), "of the squared error -8")
