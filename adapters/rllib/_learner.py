"""``PPOTorchLearner.compute_loss_for_module`` of outputs of a module, all that is not asked for switched off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner

__all__ = ["Rows", "losses"]

PLAIN = {"use_kl_loss": False, "use_critic": True, "clip_param": 0.3}
PLAIN |= {"vf_loss_coeff": 0.0, "vf_clip_param": float("inf")}


class Rows:
    """A distribution whose log-probabilities are given, whatever the action."""

    def __init__(self, log_probs: torch.Tensor) -> None:
        self.log_probs = log_probs

    @classmethod
    def from_logits(cls, log_probs: torch.Tensor) -> Rows:
        """Log-probabilities where RLlib has what a distribution is made from."""
        return cls(log_probs)

    def logp(self, _actions: Any) -> torch.Tensor:
        """As given."""
        return self.log_probs

    def entropy(self) -> torch.Tensor:
        """0, so that there is no bonus."""
        return torch.zeros(len(self.log_probs))


def losses(inputs: Any, batch: dict[str, Any], *, kind: Any = Rows, values: Any = None, **settings: Any) -> Any:
    """The loss where the module gives these inputs of distributions of a kind, and what is logged.

    ``batch`` holds columns of the learner's batch; those it lacks are 0.
    """
    zeros, logged = torch.zeros(len(inputs)), {}
    module = SimpleNamespace(
        get_train_action_dist_cls=lambda: kind,
        get_exploration_action_dist_cls=lambda: kind,
        compute_values=lambda _batch, **_options: zeros if values is None else values,
    )
    learner: Any = SimpleNamespace(
        module={"module": SimpleNamespace(unwrapped=lambda: module)},
        metrics=SimpleNamespace(log_dict=lambda logs, **_options: logged.update(logs)),
        entropy_coeff_schedulers_per_module={"module": SimpleNamespace(get_current_value=lambda: 0.0)},
        curr_kl_coeffs_per_module={"module": 0.0},
    )
    columns = dict.fromkeys(("actions", "action_logp", "advantages", "value_targets"), zeros)
    columns |= {"action_dist_inputs": inputs.detach()} | batch
    config: Any = SimpleNamespace(**PLAIN | settings)
    loss = PPOTorchLearner.compute_loss_for_module(
        learner, module_id="module", config=config, batch=columns, fwd_out={"action_dist_inputs": inputs}
    )
    return loss, logged
