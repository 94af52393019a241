"""``PPOTorchLearner.compute_loss_for_module`` of outputs of a module, all that is not asked for switched off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner

from ._batch import PLAIN, Rows, columns

__all__ = ["losses"]


def losses(inputs: Any, batch: dict[str, Any], *, kind: Any = Rows, values: Any = None, **settings: Any) -> Any:
    """The loss where the module gives these inputs of distributions of a kind, and what is logged."""
    logged: dict[str, Any] = {}
    module = SimpleNamespace(
        get_train_action_dist_cls=lambda: kind,
        get_exploration_action_dist_cls=lambda: kind,
        compute_values=lambda _batch, **_options: torch.zeros(len(inputs)) if values is None else values,
    )
    learner: Any = SimpleNamespace(
        module={"module": SimpleNamespace(unwrapped=lambda: module)},
        metrics=SimpleNamespace(log_dict=lambda logs, **_options: logged.update(logs)),
        entropy_coeff_schedulers_per_module={"module": SimpleNamespace(get_current_value=lambda: 0.0)},
        curr_kl_coeffs_per_module={"module": 0.0},
    )
    config: Any = SimpleNamespace(**PLAIN | settings)
    loss = PPOTorchLearner.compute_loss_for_module(
        learner, module_id="module", config=config, batch=columns(inputs, batch), fwd_out={"action_dist_inputs": inputs}
    )
    return loss, logged
