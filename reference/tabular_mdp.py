"""A finite Markov decision process, validated where it is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .arithmetic import Arithmetic, Array, Scalar, arithmetic_of, convert, is_finite, unit
from .gymnasium_table import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Self

__all__ = [
    "InvalidMDPError",
    "InvalidPolicyError",
    "TabularMDP",
    "refuse_where",
    "validate_distribution",
    "validate_policy",
]


class InvalidMDPError(ValueError):
    """The numbers given do not make a Markov decision process; the message says which one, and why."""


class InvalidPolicyError(ValueError):
    """The numbers given are not a policy; the message says which row, and why."""


@dataclass(frozen=True, eq=False)
class TabularMDP:
    """M = (S, A, P, r, μ, γ) with finitely many states and actions (Puterman, 1994, section 2.1).

    Parameters
    ----------
    transition : ``[..., S, A, S]``, P(s'|s, a): every row a probability distribution.
    reward : ``[..., S, A]``, r(s, a), the expected reward of a step.
    initial : ``[..., S]``, μ(s), the distribution of the first state.
    discount : γ in [0, 1).

    All four are in one arithmetic (see ``reference.arithmetic``); leading axes hold a batch of processes.
    In float64 a row may miss the sum 1 by its rounding, S·2⁻⁵²; rationals must hit it; a ball must contain it.

    Raises
    ------
    InvalidMDPError: a shape does not fit, an entry is NaN or infinite, a probability is negative, a row does
        not sum to 1, or the discount is outside [0, 1).
    """

    transition: Array
    reward: Array
    initial: Array
    discount: Scalar

    def __post_init__(self) -> None:
        """Settle on one arithmetic, then refuse what is not a Markov decision process."""
        parts = {name: np.asarray(getattr(self, name)) for name in ("transition", "reward", "initial", "discount")}
        try:
            arithmetic = arithmetic_of(*parts.values())
        except TypeError as error:
            raise InvalidMDPError(str(error)) from error
        for name, part in parts.items():
            if part.dtype != (np.float64 if arithmetic is Arithmetic.FLOAT else object):
                part = convert(part, arithmetic)
            part = part.view()
            part.flags.writeable = False
            object.__setattr__(self, name, part if part.ndim or name != "discount" else part.item())
        _check_shapes(self.transition, self.reward, self.initial, np.asarray(self.discount))
        for name in ("transition", "reward", "initial"):
            refuse_where(~is_finite(getattr(self, name)), name, "is not a finite number", getattr(self, name))
        validate_distribution(self.transition, "transition", InvalidMDPError)
        validate_distribution(self.initial, "initial", InvalidMDPError)
        inside = (np.asarray(self.discount) >= 0) & (np.asarray(self.discount) < 1)
        if not np.all(inside):
            raise InvalidMDPError(
                f"discount is {self.discount}, outside [0, 1): the infinite sum of rewards needs γ < 1"
            )

    @classmethod
    def from_gymnasium(cls, env: Any, *, initial: object = None, discount: float = 0.99) -> Self:
        """The process of a Gymnasium environment that lists its transitions in ``env.unwrapped.P``, in float64.

        FrozenLake, CliffWalking and Taxi do. An environment with S states becomes a process with S+1: steps that
        terminate lead to state S, which is absorbing and earns 0. Rewards are expected rewards. μ is ``initial``
        or else ``env.unwrapped.initial_state_distrib``. A time limit is no part of the table. Probabilities such as
        1/3 are float64's: ``renormalised()`` makes exact rationals of them.

        Raises
        ------
        InvalidTableError: there is no such table, or it cannot be read.
        InvalidMDPError: what it lists is no Markov decision process.
        """
        return cls(*read_table(env, initial), discount)

    @cached_property
    def arithmetic(self) -> Arithmetic:
        """The arithmetic that this process is held in."""
        return arithmetic_of(self.transition, self.reward, self.initial, self.discount)

    @property
    def states(self) -> int:
        """S, the number of states."""
        return int(self.reward.shape[-2])

    @property
    def actions(self) -> int:
        """A, the number of actions."""
        return int(self.reward.shape[-1])

    @property
    def sizes(self) -> dict[str, int]:
        """S and A, by which domains know them."""
        return {"S": self.states, "A": self.actions}

    def to(self, arithmetic: Arithmetic) -> TabularMDP:
        """The same process in another arithmetic.

        Float rows that sum to 1 only up to rounding are no distribution among the rationals: they are refused
        there by the same named error. ``renormalised()`` mends them.
        """
        discount = convert(self.discount, arithmetic)
        return TabularMDP(
            convert(self.transition, arithmetic),
            convert(self.reward, arithmetic),
            convert(self.initial, arithmetic),
            discount if discount.ndim else discount.item(),
        )

    def renormalised(self) -> TabularMDP:
        """The nearby process in exact rationals whose rows sum to exactly 1: each is divided by its sum."""
        transition, initial = (
            convert(self.transition, Arithmetic.EXACT),
            convert(self.initial, Arithmetic.EXACT),
        )
        discount = convert(self.discount, Arithmetic.EXACT)
        return TabularMDP(
            transition / transition.sum(axis=-1, keepdims=True),
            convert(self.reward, Arithmetic.EXACT),
            initial / initial.sum(axis=-1, keepdims=True),
            discount if discount.ndim else discount.item(),
        )


def validate_policy(mdp: TabularMDP, policy: Array) -> Array:
    """π(a|s) as ``[..., S, A]`` in the arithmetic of ``mdp``, or ``InvalidPolicyError`` saying what is wrong."""
    table = np.asarray(policy)
    if table.shape[-2:] != (mdp.states, mdp.actions):
        raise InvalidPolicyError(
            f"policy has shape {table.shape}; this process needs [..., {mdp.states}, {mdp.actions}]"
        )
    try:
        arithmetic_of(table, unit(mdp.arithmetic))
    except TypeError as error:
        raise InvalidPolicyError(f"policy is not in {mdp.arithmetic.value}: {error}") from error
    return validate_distribution(table, "policy", InvalidPolicyError)


def validate_distribution(probabilities: Array, name: str, error: type[ValueError]) -> Array:
    """Pass on an array whose last axis holds probability distributions; name the first row that is none."""
    total, wrong = _sums(probabilities)
    if (probabilities >= 0).all() and not wrong.any():  # which no NaN is
        return probabilities
    refuse_where(~is_finite(probabilities), name, "is not a finite number", probabilities, error)
    refuse_where(probabilities < 0, name, "is negative", probabilities, error)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        row = f"row {_label(where)} of {name}" if where else name
        raise error(f"{row} sums to {total[where]}, not to 1")
    return probabilities


def _sums(probabilities: Array) -> tuple[Array, Array]:
    """The sums over the last axis, and which of them are not 1."""
    with np.errstate(invalid="ignore"):
        total, arithmetic = np.asarray(probabilities.sum(axis=-1)), arithmetic_of(probabilities)
    if arithmetic is Arithmetic.FLOAT:
        return total, np.asarray(np.abs(total - 1) > probabilities.shape[-1] * 2.0**-52)
    if arithmetic is Arithmetic.EXACT:
        return total, np.asarray(total != 1)
    return total, np.asarray((total < 1) | (total > 1))


def _check_shapes(transition: Array, reward: Array, initial: Array, discount: Array) -> None:
    if transition.ndim < 3 or transition.shape[-1] != transition.shape[-3] or 0 in transition.shape:
        raise InvalidMDPError(f"transition has shape {transition.shape}; [..., S, A, S] is needed, all at least 1")
    states, actions = transition.shape[-3:-1]
    if reward.shape[-2:] != (states, actions):
        raise InvalidMDPError(f"reward has shape {reward.shape}; transition calls for [..., {states}, {actions}]")
    if initial.shape[-1:] != (states,):
        raise InvalidMDPError(f"initial has shape {initial.shape}; transition calls for [..., {states}]")
    try:
        np.broadcast_shapes(transition.shape[:-3], reward.shape[:-2], initial.shape[:-1], discount.shape)
    except ValueError as error:
        raise InvalidMDPError(f"the leading axes do not broadcast: {error}") from error


def refuse_where(wrong: Array, name: str, what: str, values: Array, error: type[ValueError] = InvalidMDPError) -> None:
    """Name the first of the values that is wrong, by an error that says what it is."""
    if np.any(wrong):
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise error(f"{name}[{_label(where)}] = {values[where]} {what}" if where else f"{name} = {values} {what}")


def _label(index: Sequence[int]) -> str:
    return ", ".join(map(str, index))
