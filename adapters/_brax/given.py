"""What brax's ``compute_ppo_loss`` is given: rows that each ended an episode, and functions in place of networks."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from brax.training.agents.ppo.networks import PPONetworks
from brax.training.distribution import IdentityPostprocessor, NormalDistribution, ParametricDistribution
from brax.training.networks import FeedForwardNetwork
from brax.training.types import Transition

__all__ = ["LogProbs", "Single", "in_state", "networks", "no_value", "of_actions", "transitions"]


class Single(ParametricDistribution):  # type: ignore[misc]
    """Of one number, by what it is made from."""

    def __init__(self, made: Any) -> None:
        super().__init__(1, IdentityPostprocessor(), event_ndims=0, reparametrizable=False)
        self.made = made

    def create_dist(self, parameters: Any) -> Any:
        return self.made(parameters)


class LogProbs:
    """Log-probabilities that are free, whatever the action. The loss logs a place and a scale."""

    def __init__(self, parameters: Any) -> None:
        self.parameters = self.loc = self.scale = parameters

    def log_prob(self, actions: Any) -> Any:
        """The parameters."""
        del actions
        return self.parameters

    def entropy(self) -> Any:
        """None."""
        return 0 * self.parameters

    def sample(self, seed: Any) -> Any:
        """A number that nothing depends on."""
        del seed
        return 0 * self.parameters


class Softmax(LogProbs):
    """What the loss asks of a distribution, from logits and by JAX: brax knows Gaussian ones."""

    def log_prob(self, actions: Any) -> Any:
        """Of the actions."""
        return jnp.take_along_axis(jax.nn.log_softmax(self.parameters), actions[..., None], axis=-1)[..., 0]

    def entropy(self) -> Any:
        """In nats."""
        return jax.scipy.special.entr(jax.nn.softmax(self.parameters)).sum(axis=-1)

    def sample(self, seed: Any) -> Any:
        """An action that nothing depends on."""
        return super().sample(seed)[..., 0]


def in_state(tables: Any, states: Any) -> Any:
    """The outputs of a policy: logits, or means and deviations."""
    first, *rest = tables
    outputs = first[states]
    return (outputs, jnp.broadcast_to(jnp.exp(rest[0]), outputs.shape)) if rest else outputs


def of_actions(tables: Any) -> Any:
    """The distribution of actions whose policy has these tables."""
    return NormalDistribution(tables[0].shape[1]) if len(tables) > 1 else Single(Softmax)


def no_value(_parameters: Any, numbers: Any) -> Any:
    """A critic that says 0."""
    return jnp.zeros(numbers.shape)


def networks(made: Any, policy: Any, value: Any = no_value, *, start: Any = None) -> Any:
    """Networks from functions of parameters and of the numbers that are observed."""

    def network(function: Any, parameters: Any) -> Any:
        def applied(_normaliser: Any, parameters: Any, observations: Any) -> Any:
            return function(parameters, observations[..., 0].astype(int))

        return FeedForwardNetwork(init=lambda _key: parameters, apply=applied)

    return PPONetworks(network(policy, start), network(value, jnp.zeros(())), made)


def transitions(observed: Any, **columns: Any) -> Any:
    """Unrolls of one step, ``[B, 1, ...]``, which ended there: without a critic a reward is its advantage."""
    nothing = np.zeros((len(observed), 1), dtype=np.float32)

    def column(name: str) -> Any:
        return jax.tree.map(lambda part: part[:, None], columns[name]) if name in columns else nothing

    observations = np.asarray(observed, dtype=np.float32)[:, None, None]
    known = {name: column(name) for name in ("raw_action", "log_prob", "value", "distribution_params")}
    extras = {"policy_extras": known, "state_extras": {"truncation": nothing}}
    return Transition(observations, nothing, column("reward"), nothing, observations, extras)
