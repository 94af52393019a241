"""Known bugs of the flags: endings read at the wrong step, mixed up, or ignored."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .steps import BOTH, Steps, of_steps

SHIFTS: dict[str, Any] = {
    "edge": ("own", "clear", "wrap"),
    "where": ("everywhere", "error", "recursion"),
    "flags": ("both", "terminated", "one"),
}


def moved(flags: Array, by: int, edge: str) -> Array:
    """Flags read ``by`` steps off; beyond the edge: their own, none, or those of the other end."""
    result = np.roll(flags, by, axis=0)
    at = 0 if by > 0 else -1
    if edge == "own":
        result[at] = flags[at]
    elif edge == "clear":
        result[at] = False
    return result


def shifted(steps: Steps, by: int, *, edge: str, where: str, flags: str) -> Array:
    """GAE with flags read ``by`` steps off, in δ, in the recursion, or in both."""
    term, ended = (steps.ended if flags == "one" else steps.terminated), steps.ended
    wrong_term = moved(term, by, edge)
    wrong_ended = wrong_term | (steps.truncated if flags == "terminated" else moved(steps.truncated, by, edge))
    return steps.swept(
        alive=~(wrong_term if where != "recursion" else term), going=~(wrong_ended if where != "error" else ended)
    )


@variant(
    *BOTH,
    citations=(
        "RoboVerseOrg/RoboVerse#814: dones[t] overwritten after env.step",
        "hill-a/stable-baselines#385 (fix 0e940c7): episode-start flags read as episode-end flags",
        "tensorforce/tensorforce a9297c8b: next value masked before the shift",
        "automl/Mighty#126: mask read from step t+1",
    ),
    **SHIFTS,
)
@of_steps
def done_flag_of_the_next_step(steps: Steps, **form: str) -> Array:
    """The done flag is shifted by one: step t is masked by whether step t+1 ended the episode."""
    return shifted(steps, -1, **form)


@variant(
    *BOTH,
    citations=(
        "Eclectic-Sheep/sheeprl 0daa62e8, fed5d4ea: done stored as received on entering step t",
        "automl/Mighty#126: the cut applied one step too late",
    ),
    **SHIFTS,
)
@of_steps
def done_flag_of_the_previous_step(steps: Steps, **form: str) -> Array:
    """The done flag is shifted by one: step t is masked by whether step t−1 ended the episode."""
    return shifted(steps, 1, **form)


@variant(
    *BOTH,
    citations=(
        "DLR-RM/stable-baselines3#633 (fix d228364c): time limits treated as termination in on-policy algorithms",
        "vwxyzjn/cleanrl#457: PPO ORs terminations and truncations",
    ),
)
@of_steps
def time_limit_as_termination(steps: Steps) -> Array:
    """A time limit is treated as death: V(final) is dropped at truncation."""
    return steps.swept(alive=~steps.ended)


@variant(
    *BOTH,
    citations=(
        "EdanToledo/Stoix#142 (before 9e93c76): truncation ignored",
        "AechPro/rlgym-ppo a7e678a: recursion not cut at truncation",
        "pytorch/rl#2773: vectorised GAE used another flag than the loop",
        "tensorflow/agents 7cc55dfc: REINFORCE return crossed a truncation",
    ),
)
@of_steps
def recursion_not_cut_at_truncation(steps: Steps) -> Array:
    """The next episode leaks backwards across a time limit."""
    return steps.swept(going=~steps.terminated)


@variant(
    *BOTH,
    citations=("AechPro/rlgym-ppo bc65e34 (repaired by 9064833): not_trunc = 1 − not_truncated",),
)
@of_steps
def truncation_flag_inverted(steps: Steps) -> Array:
    """The recursion goes on only where the episode was truncated."""
    return steps.swept(going=~steps.terminated & steps.truncated)


@variant(
    *BOTH,
    citations=(
        "vietnh1009/Super-mario-bros-PPO-pytorch#21: accumulator not multiplied by 1 − done",
        "nikhilbarhate99/PPO-PyTorch d02da8d, fd5381d: return not reset at the end of an episode",
    ),
)
@of_steps
def recursion_never_cut(steps: Steps) -> Array:
    """The recursion runs through every ending; only the TD error is masked."""
    return steps.swept(going=np.ones_like(steps.ended))


@variant(
    *BOTH,
    citations=("EdanToledo/Stoix 9e93c76 (repaired by 7abf01c): delta *= 1 − truncation",),
)
@of_steps
def truncated_step_gets_nothing(steps: Steps) -> Array:
    """TD error and recursion are both zeroed at a time limit, so that the step has advantage 0."""
    advantages = steps.swept()
    return np.where(steps.truncated, 0 * advantages, advantages)


@variant(
    *BOTH,
    citations=(
        "RLinf/RLinf#661: bootstrapped on normal termination too",
        "DexForce/EmbodiChain#612: bootstrapped when both flags were set",
    ),
)
@of_steps
def bootstrap_at_termination(steps: Steps) -> Array:
    """The value of a terminal state is counted."""
    return steps.swept(alive=np.ones_like(steps.ended))


@variant(*BOTH, citations=("DexForce/EmbodiChain#612: bootstrapped when both flags were set",))
@of_steps
def both_flags_bootstrap(steps: Steps) -> Array:
    """A step that carries both flags is treated as a time limit."""
    return steps.swept(alive=~steps.terminated | steps.truncated)
