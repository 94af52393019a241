"""elegantrl: ``update_net`` of its PPO agents after B steps, each of which ended an episode.

It draws rows with replacement, never the last one of an environment, and normalises advantages in either case.
"""

from __future__ import annotations

from typing import Any

import torch
from elegantrl.agents.AgentPPO import AgentDiscretePPO, AgentPPO
from elegantrl.agents.net import ActorDiscretePPO, ActorPPO, CriticPPO
from elegantrl.train.config import Config

from .._torch import generators_kept, tensor
from . import Given, PlainAscent
from ._rows import First, Nothing, Rows, numbered

__all__ = ["ppo"]


def ppo(given: Given, *, plain: PlainAscent | None, environments: int = 1) -> tuple[Any, Any]:
    """``update_net``: parameters, and the rows of each step."""
    size, discrete, rows = len(given.states), len(given.tables) == 1, Rows(given)
    known = {"env_name": "given", "state_dim": 1, "action_dim": given.tables[0].shape[1], "if_discrete": discrete}
    kind = AgentDiscretePPO if discrete else AgentPPO
    config = Config(kind, None, known)
    if plain:
        config.lambda_entropy, config.clip_grad_norm = 0.0, float("inf")
        config.batch_size, config.repeat_times, config.ratio_clip = size, plain.epochs, plain.clip_range

    def actor(*_dimensions: Any) -> Any:
        made = (ActorDiscretePPO if discrete else ActorPPO)([1], 1, known["action_dim"])
        made.net = First(rows)
        if not discrete:
            made.action_std_log = rows.tables[1]
        return made

    def critic(*_dimensions: Any) -> Any:
        made = CriticPPO([1], 1, 1)
        made.net = Nothing()
        return made

    with generators_kept():
        classes = {"act_class": staticmethod(actor), "cri_class": staticmethod(critic)}
        agent = type("Agent", (kind,), classes)(config.net_dims, 1, known["action_dim"], gpu_id=-1, args=config)
    if plain:
        agent.act_optimizer = torch.optim.SGD(rows.parameters(), lr=plain.learning_rate)
    seen = numbered(given).reshape(-1, environments, 1)
    agent.last_state = seen[-1]
    actions = tensor(given.actions).reshape(*seen.shape[:2], -1)
    log_probs, rewards = (tensor(column).reshape(seen.shape[:2]) for column in (given.log_probs, given.advantages))
    with generators_kept():
        agent.update_net((seen, actions, log_probs, rewards, 0 * rewards))
    return rows.vector, rows.asked
