"""Gymnasium environments as agents see them: float32 observations in a row, and which autoreset mode they follow."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeAlias

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv
from numpy.typing import NDArray

from .cartpole import CartPole

__all__ = ["Environment", "Spaces", "autoreset_mode", "vectorised"]

Environment: TypeAlias = "str | VectorEnv[Any, Any, Any] | Callable[[], gymnasium.Env[Any, Any]]"
"""The id of a registered environment, a vector environment, or a function that makes one environment."""

_CARTPOLE = "gymnasium.envs.classic_control.cartpole:CartPoleVectorEnv"


def vectorised(environment: Environment, count: int) -> VectorEnv[Any, Any, Any]:
    """`count` environments in step: the id's own vector version where it has one, else one after the other.

    Of CartPole's the step is compiled.
    A vector environment is taken as it is; its number of environments must be `count`.
    Raises TypeError for anything else, ValueError where the number differs.
    """
    if isinstance(environment, VectorEnv):
        if environment.num_envs != count:
            raise ValueError(
                f"the vector environment has {environment.num_envs} environments, the configuration {count}; "
                f"pass environments={environment.num_envs}"
            )
        return environment
    if isinstance(environment, str):
        specification = deepcopy(gymnasium.spec(environment))
        if specification.vector_entry_point is not None:
            if specification.vector_entry_point == _CARTPOLE:
                specification.vector_entry_point = CartPole
            return gymnasium.make_vec(specification, num_envs=count)
        identity = environment
        return SyncVectorEnv([lambda: gymnasium.make(identity)] * count, autoreset_mode=AutoresetMode.SAME_STEP)
    if callable(environment):
        return SyncVectorEnv([environment] * count, autoreset_mode=AutoresetMode.SAME_STEP)
    raise TypeError(
        f"the environment is a {type(environment).__name__}; expected an id, a vector environment, or a function "
        "that makes an environment"
    )


def autoreset_mode(environments: VectorEnv[Any, Any, Any]) -> AutoresetMode:
    """Which observation follows an episode's end; ValueError where the environment does not say."""
    try:
        return AutoresetMode(environments.metadata["autoreset_mode"])
    except (KeyError, ValueError) as error:
        raise ValueError(
            "the vector environment's metadata do not say its autoreset mode, without which an episode's last "
            'observation cannot be told from the next one\'s first; set metadata["autoreset_mode"]'
        ) from error


class Spaces:
    """What one environment shows and takes.

    Observations: `Box` (flattened) or `Discrete` (one-hot), as float32 rows [N, inputs]. Actions: `Discrete`, or `Box`,
    into whose bounds actions are clipped on their way to the environment, and nowhere else.
    Raises ValueError for any other space.
    """

    def __init__(self, environments: VectorEnv[Any, Any, Any]) -> None:
        shown, taken = environments.single_observation_space, environments.single_action_space
        if isinstance(shown, Discrete):
            self.inputs, self._first_state, self._one_hot = int(shown.n), int(shown.start), True
        elif isinstance(shown, Box):
            self.inputs, self._first_state, self._one_hot = int(np.prod(shown.shape)), 0, False
        else:
            raise ValueError(f"observations are {shown}; expected a Box or Discrete space, or flatten them first")
        if isinstance(taken, Discrete):
            self.discrete, self.actions, self._first_action = True, int(taken.n), int(taken.start)
        elif isinstance(taken, Box):
            self.discrete, self.actions, self._first_action = False, int(np.prod(taken.shape)), 0
        else:
            raise ValueError(f"actions are {taken}; expected a Discrete or Box space")
        self._taken = taken

    def observe(self, observations: Any) -> NDArray[np.float32]:
        """Rows for a network, [N, inputs]."""
        if not self._one_hot:
            return np.ascontiguousarray(observations, np.float32).reshape(len(observations), self.inputs)
        rows = np.zeros((len(observations), self.inputs), np.float32)
        rows[np.arange(len(rows)), np.asarray(observations, np.int64) - self._first_state] = 1
        return rows

    def act(self, actions: NDArray[np.float32]) -> Any:
        """What `step` takes, of actions [N, D] as an agent stores them."""
        if self.discrete:
            return actions[:, 0].astype(np.int64) + self._first_action
        box = self._taken
        assert isinstance(box, Box)
        return np.clip(actions.reshape(len(actions), *box.shape), box.low, box.high).astype(box.dtype)
