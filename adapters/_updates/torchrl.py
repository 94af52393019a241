"""torchrl: gradient steps on ``ClipPPOLoss``; the optimiser is its user's."""

from __future__ import annotations

from typing import Any

import torch
from tensordict import TensorDict
from tensordict.nn import ProbabilisticTensorDictModule, ProbabilisticTensorDictSequential, TensorDictModule
from torchrl.objectives import ClipPPOLoss

from .._torch import generators_kept, tensor
from . import Given
from ._rows import Nothing, Rows, distribution

__all__ = ["ppo"]


def ppo(given: Given, *, plain: bool) -> tuple[Any, Any]:
    """``ClipPPOLoss``: parameters after three steps of SGD, and the rows of each."""
    rows, size = Rows(given), len(given.states)
    names = ["mean", "log_std"] if len(given.tables) == 2 else ["logits"]
    actor = ProbabilisticTensorDictSequential(
        TensorDictModule(rows, in_keys=["row"], out_keys=names),
        ProbabilisticTensorDictModule(in_keys=names, out_keys=["action"], distribution_class=_by_name),
    )
    critic = TensorDictModule(Nothing(), in_keys=["row"], out_keys=["state_value"])
    loss = ClipPPOLoss(actor, critic, functional=False, **({"entropy_bonus": False} if plain else {}))
    loss.set_keys(sample_log_prob="action_log_prob")
    columns = {"row": torch.arange(size), "action": tensor(given.actions), "value_target": torch.zeros(size, 1)}
    columns |= {"advantage": tensor(given.advantages)[:, None], "action_log_prob": tensor(given.log_probs)}
    optimiser = torch.optim.SGD(loss.parameters(), lr=0.5)
    for _ in range(3):
        with generators_kept():
            terms = loss(TensorDict(columns, batch_size=[size]))
        optimiser.zero_grad()
        sum(term for name, term in terms.items() if name.startswith("loss_")).backward()
        optimiser.step()
    return rows.vector, rows.asked


def _by_name(logits: Any = None, mean: Any = None, log_std: Any = None) -> Any:
    return distribution(logits if mean is None else (mean, log_std))
