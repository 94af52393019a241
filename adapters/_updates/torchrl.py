"""torchrl: gradient steps on ``ClipPPOLoss``; the optimiser is its user's."""

from __future__ import annotations

from typing import Any

import torch
from tensordict import TensorDict
from tensordict.nn import ProbabilisticTensorDictModule, ProbabilisticTensorDictSequential, TensorDictModule
from torchrl.objectives import ClipPPOLoss

from .._torch import generators_kept, tensor
from . import Given, PlainAscent
from ._rows import Nothing, Rows, distribution

__all__ = ["by_name", "ppo"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``ClipPPOLoss``: parameters after steps of SGD, at its defaults three, and the rows of each."""
    how = plain or PlainAscent()
    rows, size = Rows(given), len(given.states)
    names = ["mean", "log_std"] if len(given.tables) == 2 else ["logits"]
    actor = ProbabilisticTensorDictSequential(
        TensorDictModule(rows, in_keys=["row"], out_keys=names),
        ProbabilisticTensorDictModule(in_keys=names, out_keys=["action"], distribution_class=by_name),
    )
    critic = TensorDictModule(Nothing(), in_keys=["row"], out_keys=["state_value"])
    loss = ClipPPOLoss(
        actor, critic, functional=False, **({"entropy_bonus": False, "clip_epsilon": plain.clip_range} if plain else {})
    )
    loss.set_keys(sample_log_prob="action_log_prob")
    columns = {"row": torch.arange(size), "action": tensor(given.actions), "value_target": torch.zeros(size, 1)}
    columns |= {"advantage": tensor(given.advantages)[:, None], "action_log_prob": tensor(given.log_probs)}
    optimiser = torch.optim.SGD(loss.parameters(), lr=how.learning_rate)
    for _ in range(how.epochs):
        with generators_kept():
            terms = loss(TensorDict(columns, batch_size=[size]))
        optimiser.zero_grad()
        sum(term for name, term in terms.items() if name.startswith("loss_")).backward()
        optimiser.step()
    return rows.vector, rows.asked


def by_name(logits: Any = None, mean: Any = None, log_std: Any = None) -> Any:
    """The distribution of actions, from what a module says under these names."""
    return distribution(logits if mean is None else (mean, log_std))
