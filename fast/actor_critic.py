"""A policy and a critic in one flat float32 buffer, and what they say of a batch of observations.

The buffer holds the policy's perceptron, log σ of a Gaussian policy, and the critic's perceptron, in this order.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compilation import kept
from .matrix_product import aligned, padded
from .mlp import MLP, ROWS, forward
from .policy_head import choose, perturb

__all__ = ["ActorCritic", "Shape", "Workspace", "act", "values_of"]

Floats = NDArray[np.float32]


class Shape(NamedTuple):
    """What compiled code knows of the two networks: where their layers and log σ lie, and which policy it is.

    `actions`: the number of choices of a categorical policy, the dimensions D of a Gaussian one.
    """

    actor: NDArray[np.int64]
    critic: NDArray[np.int64]
    critic_start: int
    log_std_start: int
    actions: int
    discrete: bool


class Workspace(NamedTuple):
    """Room for one block of `ROWS` rows: of each network the activations, their gradients and a transposed matrix."""

    actor: Floats
    critic: Floats
    actor_deltas: Floats
    critic_deltas: Floats
    actor_transposed: Floats
    critic_transposed: Floats


class ActorCritic:
    """Separate perceptrons for π and V over the same observations.

    inputs: length of an observation. hidden: widths of the hidden layers of each, with tanh; () is a linear policy.
    actions: choices of a categorical policy if `discrete`, else dimensions of a diagonal Gaussian one.
    """

    def __init__(self, inputs: int, hidden: Sequence[int], actions: int, *, discrete: bool) -> None:
        self.inputs, self.discrete, self.actions = inputs, discrete, actions
        self.actor = MLP((inputs, *hidden, actions))
        self.critic = MLP((inputs, *hidden, 1))
        log_std_room = 0 if discrete else padded(actions)
        critic_start = self.actor.size + log_std_room
        self.parameters: Floats = aligned(critic_start + self.critic.size)
        self.shape = Shape(self.actor.layers, self.critic.layers, critic_start, self.actor.size, actions, discrete)
        self.workspace = Workspace(
            self.actor.workspace(),
            self.critic.workspace(),
            self.actor.workspace(),
            self.critic.workspace(),
            self.actor.transposed(),
            self.critic.transposed(),
        )

    @property
    def actor_parameters(self) -> Floats:
        """The policy's perceptron, a view."""
        return self.parameters[: self.actor.size]

    @property
    def log_std(self) -> Floats:
        """Log σ, [D], a view; empty for a categorical policy."""
        return self.parameters[self.actor.size :][: 0 if self.discrete else self.actions]

    @property
    def critic_parameters(self) -> Floats:
        """The critic's perceptron, a view."""
        return self.parameters[self.shape.critic_start :]

    @property
    def action_size(self) -> int:
        """Numbers that an action is stored as: D, or 1 for an index."""
        return 1 if self.discrete else self.actions

    def initialise(self, random: np.random.Generator, *, orthogonal: bool, log_std: float) -> None:
        """Orthogonal weights with gain √2, 0.01 for the policy's last layer and 1 for the critic's; or uniform."""
        self.actor.initialise(self.actor_parameters, random, orthogonal=orthogonal, last_gain=0.01)
        self.critic.initialise(self.critic_parameters, random, orthogonal=orthogonal, last_gain=1.0)
        self.log_std[:] = log_std

    def noise(self, random: np.random.Generator, rows: int) -> Floats:
        """What `act` draws actions with: uniform in [0, 1) for a categorical policy, else standard normal."""
        draw = random.random if self.discrete else random.standard_normal
        return draw((rows, self.action_size), dtype=np.float32)

    def act(self, observations: Floats, noise: Floats) -> tuple[Floats, Floats, Floats]:
        """Actions [B, D], their log-probabilities [B] and V [B], at observations [B, inputs]."""
        rows = len(observations)
        actions, log_probs = np.empty((rows, self.action_size), np.float32), np.empty(rows, np.float32)
        act(self.shape, self.parameters, observations, noise, self.workspace, actions, log_probs)
        return actions, log_probs, self.values(observations)

    def values(self, observations: Floats) -> Floats:
        """V, [B]."""
        values = np.empty(len(observations), np.float32)
        values_of(self.shape, self.parameters, observations, self.workspace, values)
        return values

    def outputs(self, observations: Floats) -> Floats:
        """Logits [B, K], or means [B, D]."""
        out = np.empty((len(observations), self.actions), np.float32)
        _outputs(self.shape, self.parameters, observations, self.workspace, out)
        return out


@kept
def values_of(shape: Any, parameters: Any, x: Any, work: Any, values: Any) -> None:
    """Fill V of any number of rows, [B]."""
    critic = parameters[shape.critic_start :]
    for start in range(0, len(x), ROWS):
        block = forward(shape.critic, critic, x[start : start + ROWS], work.critic)
        for i in range(len(block)):
            values[start + i] = block[i, 0]


@kept
def act(shape: Any, parameters: Any, x: Any, noise: Any, work: Any, actions: Any, log_probs: Any) -> None:
    """Fill actions and their log-probabilities."""
    log_std = parameters[shape.log_std_start : shape.log_std_start + shape.actions]
    for start in range(0, len(x), ROWS):
        rows = slice(start, start + ROWS)
        out = forward(shape.actor, parameters, x[rows], work.actor)
        if shape.discrete:
            remembered = work.actor_deltas[: out.size].reshape(out.shape)
            choose(out, shape.actions, noise[rows], remembered, actions[rows], log_probs[rows])
        else:
            perturb(out, log_std, noise[rows], actions[rows], log_probs[rows])


@kept
def _outputs(shape: Any, parameters: Any, x: Any, work: Any, out: Any) -> None:
    for start in range(0, len(x), ROWS):
        block = forward(shape.actor, parameters, x[start : start + ROWS], work.actor)
        for i in range(len(block)):
            for j in range(shape.actions):
                out[start + i, j] = block[i, j]
