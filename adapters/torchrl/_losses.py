"""What the targets of torchrl's losses share: a loss on rows whose log-probabilities or values are free, or on a table.

No bonus, and the critic's loss is a mean squared error, where the loss lets one choose.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .. import NotInstalledError

try:
    import torchrl
    from tensordict import TensorDict
    from tensordict.nn import ProbabilisticTensorDictModule, ProbabilisticTensorDictSequential, TensorDictModule
    from torch import nn
    from torchrl.objectives import A2CLoss, ClipPPOLoss, KLPENPPOLoss, PPOLoss, ReinforceLoss

    from .._torch import FreeRows, GivenLogProbs, graded, tensor
    from .._updates._rows import Nothing, Rows, tabular
    from .._updates.torchrl import by_name, ppo
except ImportError as error:
    raise NotInstalledError("torchrl", "pip install torchrl") from error

__all__ = [
    "VERSION",
    "A2CLoss",
    "ClipPPOLoss",
    "FreeRows",
    "KLPENPPOLoss",
    "Nothing",
    "PPOLoss",
    "ReinforceLoss",
    "actor_of",
    "by_name",
    "graded",
    "nn",
    "normalised",
    "of_log_probs",
    "of_table",
    "of_values",
    "ppo",
    "tabular",
    "terms",
]

VERSION = torchrl.__version__


def actor_of(network: nn.Module, names: list[str], kind: Any) -> Any:
    """Numbers of rows to a distribution, by way of what it is made of."""
    return ProbabilisticTensorDictSequential(
        TensorDictModule(network, in_keys=["row"], out_keys=names),
        ProbabilisticTensorDictModule(in_keys=names, out_keys=["action"], distribution_class=kind),
    )


def terms(kind: Any, actor: Any, critic: nn.Module, columns: dict[str, Any], **settings: Any) -> Any:
    """What the loss returns; columns that are not given are 0."""
    size = len(columns["action"])
    value = TensorDictModule(critic, in_keys=["row"], out_keys=["state_value"])
    plain: dict[str, Any] = {"functional": False, "loss_critic_type": "l2"}
    plain |= {} if kind is ReinforceLoss else {"entropy_bonus": False, "critic_coeff": 1.0}
    loss = kind(actor, value, **plain | settings)
    loss.set_keys(sample_log_prob="action_log_prob")
    nothing = np.zeros(size)
    wide = {name: columns.get(name, nothing)[:, None] for name in ("advantage", "state_value", "value_target")}
    batch = {"row": np.arange(size), "action_log_prob": nothing} | columns | wide
    return loss(TensorDict({name: tensor(column) for name, column in batch.items()}, batch_size=[size]))


def of_log_probs(kind: Any, log_probs: Any, old_log_probs: Any, advantages: Any, **settings: Any) -> tuple[Any, Any]:
    """What the loss returns, and free log-probabilities."""
    free = FreeRows(log_probs)
    columns = {"action": np.zeros(len(log_probs)), "action_log_prob": old_log_probs, "advantage": advantages}
    return terms(kind, actor_of(free, ["log_probs"], GivenLogProbs), Nothing(), columns, **settings), free.free


def of_values(kind: Any, name: str, values: Any, old_values: Any, returns: Any, clip: float | None) -> Any:
    """The term of that name, and its gradient with respect to free values."""
    actor, critic = actor_of(FreeRows(0 * values), ["log_probs"], GivenLogProbs), FreeRows(values[:, None])
    columns = {"action": np.zeros(len(values)), "state_value": old_values, "value_target": returns}
    number, gradient = graded(terms(kind, actor, critic, columns, clip_value=clip)[name], critic.free)
    return number, gradient[:, 0]


def of_table(kind: Any, logits: Any, old_logits: Any, *batch: Any, **settings: Any) -> tuple[Any, Any]:
    """What the loss returns, and a table of free logits."""
    given = tabular(old_logits, *batch)
    rows = Rows(replace(given, tables=(logits,)))
    columns = {"action": given.actions, "action_log_prob": given.log_probs, "advantage": given.advantages}
    columns["logits"] = old_logits[given.states]
    return terms(kind, actor_of(rows, ["logits"], by_name), Nothing(), columns, **settings), rows.tables[0]


def normalised(kind: Any, advantages: Any) -> Any:
    """What ``normalize_advantage=True`` multiplies ratios with: at ratio 1, −B times the gradient."""
    nothing = np.zeros(len(advantages))
    loss, free = of_log_probs(kind, nothing, nothing, advantages, normalize_advantage=True)
    return -len(advantages) * graded(loss["loss_objective"], free)[1]
