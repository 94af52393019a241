"""Functions of ``skrl.agents.torch.trpo.trpo``, each on a policy made for it.

Its divergence is that of Gaussian policies, and with it Fisher matrix and step: nothing of it is offered for softmax.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from skrl.agents.torch.trpo import trpo

from .._collectors.skrl import Actor
from .._torch import generators_kept, graded, tensor
from ._distributions import Gaussian

__all__ = ["conjugate_gradient", "divergence", "policy_gradient", "surrogate"]


def surrogate(logits: Any, old_logits: Any, *batch: Any) -> float:
    """``surrogate_loss``."""
    return float(_surrogate(_actor(logits), _actor(old_logits), *batch).item())


def policy_gradient(logits: Any, *batch: Any) -> Any:
    """The gradient of ``surrogate_loss`` at ratio 1, from which ``TRPO.update`` sets out."""
    actor = _actor(logits)
    return graded(_surrogate(actor, actor, *batch), actor.table.weight)[1].T


def divergence(mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
    """``kl_divergence``, which is a mean over rows, of each row."""
    rows = zip(*(part[:, None] for part in (mean_p, log_std_p, mean_q, log_std_q)), strict=True)
    nothing: dict[str, Any] = {"observations": None, "states": None}
    with generators_kept():
        pairs = [(Gaussian(*row[:2]), Gaussian(*row[2:])) for row in rows]
        return np.array([trpo.kl_divergence(policy_1=p, policy_2=q, **nothing).item() for p, q in pairs])


def conjugate_gradient(matrix: Any, b: Any, iterations: int) -> Any:
    """``conjugate_gradient``; where it calls ``fisher_vector_product``, a given matrix multiplies."""
    held = tensor(matrix)
    names = vars(trpo) | {"fisher_vector_product": lambda *, vector, **_rest: held @ vector}
    solve: Any = FunctionType(trpo.conjugate_gradient.__code__, names)
    nothing = {"policy": None, "observations": None, "states": None, "damping": 0.0, "residual_tolerance": 1e-10}
    return solve(b=tensor(b), num_iterations=iterations, **nothing).numpy()


def _actor(logits: Any) -> Any:
    spaces_ = {"observation_space": spaces.Discrete(len(logits)), "action_space": spaces.Discrete(logits.shape[1])}
    return Actor(logits, {**spaces_, "device": "cpu"})


def _surrogate(new: Any, old: Any, states: Any, actions: Any, advantages: Any) -> torch.Tensor:
    seen = {"observations": tensor(states)[:, None], "states": None}
    taken = tensor(actions)[:, None]
    with generators_kept():
        log_prob = old.act({**seen, "taken_actions": taken})[1]["log_prob"]
        loss: torch.Tensor = trpo.surrogate_loss(
            policy=new, actions=taken, log_prob=log_prob, advantages=tensor(advantages)[:, None], **seen
        )
    return loss
