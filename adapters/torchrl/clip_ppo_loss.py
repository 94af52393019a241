"""torchrl: ``ClipPPOLoss``, its actor and critic replaced by free parameters."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from .. import NotInstalledError

try:
    import torch
    import torchrl
    from tensordict import TensorDict
    from tensordict.nn import ProbabilisticTensorDictModule, ProbabilisticTensorDictSequential, TensorDictModule
    from torch import nn
    from torchrl.objectives import ClipPPOLoss

    from .._torch import graded, parameter, tensor
except ImportError as error:
    raise NotInstalledError("torchrl", "pip install torchrl") from error

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-clip-ppo-loss``, in float32."""

    name = "torchrl-clip-ppo-loss"
    version = torchrl.__version__
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_std_ddof": 1,
        "kl_estimator": "k1",
        "value_clip": "max",
        "value_loss_scale": 1,
    }

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``loss_objective``, and its gradient."""
        loss, free = _losses(log_probs, advantages=advantages, log_probs=old_log_probs, clip_epsilon=clip_range)
        return graded(loss["loss_objective"], free)

    def normalize_advantages(self, advantages: Any) -> Any:
        """What ``normalize_advantage=True`` multiplies ratios with: at ratio 1, −B times the gradient."""
        loss, free = _losses(np.zeros(len(advantages)), advantages=advantages, normalize_advantage=True)
        return -len(advantages) * graded(loss["loss_objective"], free)[1]

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``loss_critic`` with ``loss_critic_type="l2"``, and its gradient."""
        loss, free = _losses(values, critic=True, old_values=old_values, targets=returns, clip_value=clip_range)
        number, gradient = graded(loss["loss_critic"], free)
        return number, gradient[:, 0]

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """``kl_approx``."""
        return _losses(log_probs, log_probs=old_log_probs)[0]["kl_approx"].item()


class _Given(torch.distributions.Distribution):
    """A distribution whose log-probabilities are given, whatever the action."""

    arg_constraints = {}  # noqa: RUF012 - PyTorch declares it as a class variable

    def __init__(self, log_probs: torch.Tensor) -> None:
        super().__init__(log_probs.shape)
        self.log_probs = log_probs

    def log_prob(self, _actions: Any) -> torch.Tensor:
        return self.log_probs


class _Rows(nn.Module):
    """Numbers of rows to free parameters."""

    def __init__(self, free: Any) -> None:
        super().__init__()
        self.free = parameter(free)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.free[rows]


def _losses(
    free: Any,
    *,
    critic: bool = False,
    advantages: Any = None,
    log_probs: Any = None,
    old_values: Any = None,
    targets: Any = None,
    **settings: Any,
) -> Any:
    """What ``ClipPPOLoss`` returns, and its free parameters: values where ``critic``, else log-probabilities."""
    size = len(free)
    nothing = np.zeros(size)
    actor_rows, critic_rows = _Rows(nothing if critic else free), _Rows(free[:, None] if critic else nothing[:, None])
    actor = ProbabilisticTensorDictSequential(
        TensorDictModule(actor_rows, in_keys=["row"], out_keys=["log_probs"]),
        ProbabilisticTensorDictModule(in_keys=["log_probs"], out_keys=["action"], distribution_class=_Given),
    )
    value = TensorDictModule(critic_rows, in_keys=["row"], out_keys=["state_value"])
    plain = {"entropy_bonus": False, "critic_coeff": 1.0, "loss_critic_type": "l2", "functional": False}
    columns = {"advantage": advantages, "state_value": old_values, "value_target": targets}
    batch = {name: tensor(nothing if column is None else column)[:, None] for name, column in columns.items()}
    batch |= {"row": torch.arange(size), "action": torch.zeros(size)}
    batch["action_log_prob"] = tensor(nothing if log_probs is None else log_probs)
    loss = ClipPPOLoss(actor, value, **plain | settings)
    loss.set_keys(sample_log_prob="action_log_prob")
    free_parameter = critic_rows.free if critic else actor_rows.free
    return loss(TensorDict(batch, batch_size=[size])), free_parameter
