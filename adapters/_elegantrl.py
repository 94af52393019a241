"""What the targets of elegantrl share: estimators of its PPO agent on a stand-in for it, and actors with fixed outputs.

An agent gets ``undones`` alone: nothing tells a time limit from an end.
"""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

from . import NotInstalledError

try:
    import torch
    from elegantrl.agents.AgentPPO import AgentPPO
    from elegantrl.agents.net import ActorDiscretePPO, ActorPPO
    from torch import nn

    from ._torch import generators_kept, parameter, tensor
except ImportError as error:
    raise NotInstalledError("elegantrl", "pip install --no-deps elegantrl") from error

__all__ = ["VERSION", "AgentPPO", "categorical", "estimated", "gaussian"]

VERSION = version("elegantrl")


def estimated(estimator: Any, batch: Any, gamma: float, lam: float) -> Any:
    """Advantages by a method of ``AgentPPO``, whose critic answers with the values of the last states reached."""
    rewards, values, next_values, terminated, truncated = batch
    last = tensor(next_values[-1])
    agent: Any = SimpleNamespace(gamma=gamma, lambda_gae_adv=lam, last_state=last, cri=torch.clone)
    undone = ~(terminated | truncated)
    return estimator(agent, tensor(rewards), tensor(undone).float(), tensor(values)).numpy()


def categorical(logits: Any, actions: Any) -> tuple[Any, Any]:
    """Log-probabilities and entropies of ``ActorDiscretePPO`` with these outputs."""
    return _asked(ActorDiscretePPO, logits, tensor(actions)[:, None])


def gaussian(mean: Any, log_std: Any, actions: Any) -> tuple[Any, Any]:
    """Log-probabilities and entropies of ``ActorPPO`` with these outputs and deviations."""
    return _asked(ActorPPO, mean, tensor(actions), action_std_log=parameter(log_std))


def _asked(kind: Any, outputs: Any, actions: torch.Tensor, **owned: Any) -> tuple[Any, Any]:
    with generators_kept():
        actor = kind([1], 1, outputs.shape[1])
    actor.net = _Fixed(tensor(outputs))
    for name, number in owned.items():
        setattr(actor, name, number)
    with torch.no_grad():
        log_probs, entropies = actor.get_logprob_entropy(torch.zeros(len(outputs), 1), actions)
    return log_probs.numpy(), entropies.numpy()


class _Fixed(nn.Module):
    """The same outputs, whatever the states."""

    def __init__(self, outputs: torch.Tensor) -> None:
        super().__init__()
        self.outputs = outputs

    def forward(self, _states: torch.Tensor) -> torch.Tensor:
        return self.outputs
