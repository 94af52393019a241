"""The transition table of Gymnasium's toy-text environments, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arithmetic import Array

__all__ = ["InvalidTableError", "read_table"]


class InvalidTableError(ValueError):
    """An environment has no transition table, or none that can be read; the message says what is wrong."""


def read_table(env: Any, initial: object = None) -> tuple[Array, Array, Array]:
    """P ``[S+1, A, S+1]``, r ``[S+1, A]`` and μ ``[S+1]`` of an environment with S listed states, in float64.

    ``env.unwrapped.P[s][a]`` lists outcomes (p, s', r, terminated):

        P(s'|s, a) = Σ p over the outcomes that go on in s',    P(S|s, a) = Σ p over those that terminate,
        r(s, a) = Σ p·r over all of them.

    State S is added: nothing is earned there and nothing leaves it. What a table says of a terminal state itself
    (Taxi drives on from there) is thereby out of reach, because an episode is over when a step terminates.
    μ is ``initial`` where given, else ``env.unwrapped.initial_state_distrib``; either has S entries.

    Raises
    ------
    InvalidTableError: there is no table or no initial distribution, states are not 0 … S−1 with the same actions
        0 … A−1 each, or an outcome is not four numbers with s' in range.
    """
    inner = getattr(env, "unwrapped", env)
    name = type(inner).__name__
    table = getattr(inner, "P", None)
    if not table:
        raise InvalidTableError(f"{name} has no transition table P; only tabular environments can be read")
    states, actions = len(table), len(_entry(table, 0, f"P of {name}"))
    start = getattr(inner, "initial_state_distrib", None) if initial is None else initial
    if start is None:
        raise InvalidTableError(
            f"{name} has no initial_state_distrib: pass initial, a distribution over {states} states"
        )
    first = np.asarray(start, dtype=np.float64)
    if first.shape != (states,):
        raise InvalidTableError(f"the initial distribution has shape {first.shape}; {name} has {states} states")
    transition = np.zeros((states + 1, actions, states + 1))
    reward = np.zeros((states + 1, actions))
    transition[states, :, states] = 1
    for s in range(states):
        row = _entry(table, s, f"P of {name}")
        if len(row) != actions:
            raise InvalidTableError(f"P[{s}] of {name} lists {len(row)} actions; P[0] lists {actions}")
        for a in range(actions):
            for outcome in _entry(row, a, f"P[{s}] of {name}"):
                probability, following, gain, terminated = _outcome(outcome, states, f"P[{s}][{a}] of {name}")
                transition[s, a, states if terminated else following] += probability
                reward[s, a] += probability * gain
    return transition, reward, np.append(first, 0.0)


def _entry(table: Any, index: int, where: str) -> Any:
    try:
        return table[index]
    except (KeyError, IndexError, TypeError) as error:
        raise InvalidTableError(f"{where} has no entry {index}") from error


def _outcome(outcome: Any, states: int, where: str) -> tuple[float, int, float, bool]:
    try:
        probability, following, gain, terminated = outcome
        read = float(probability), int(following), float(gain), bool(terminated)
    except (TypeError, ValueError) as error:
        raise InvalidTableError(f"{where}: {outcome!r} is not (probability, next state, reward, terminated)") from error
    if not 0 <= read[1] < states:
        raise InvalidTableError(f"{where}: next state {read[1]} is outside 0 … {states - 1}")
    return read
