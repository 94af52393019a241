"""Known bugs of the value that a step bootstraps from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .steps import BOTH, Steps, of_steps


@variant(
    *BOTH,
    citations=(
        "EdanToledo/Stoix 3a14348: the next value at truncation was V(reset), not V(final)",
        "PKU-Alignment/omnisafe#162, #164: time-out bootstrap evaluated after the automatic reset",
        "Motphys/UniLab#236: final_observation ignored",
    ),
)
@of_steps
def bootstrap_from_the_reset_state(steps: Steps) -> Array:
    """At a time limit the value of the next episode's first state stands in for V(final)."""
    return replace(steps, next_values=np.concatenate([steps.values[1:], steps.next_values[-1:]])).swept()


@variant(*BOTH, citations=("Toni-SM/skrl, agents/torch/ppo/ppo.py: r += γ V(s_t) truncated_t",))
@of_steps
def time_limit_bootstraps_from_own_state(steps: Steps) -> Array:
    """At a time limit the value of the state before the step stands in for V(final)."""
    cut = steps.truncated & ~steps.terminated
    return replace(steps, next_values=np.where(cut, steps.values, steps.next_values)).swept()


@variant(*BOTH, citations=("Eclectic-Sheep/sheeprl#106, #181: one final observation for all environments",))
@of_steps
def final_value_of_another_environment(steps: Steps) -> Array:
    """Every truncated environment receives V(final) of the last environment truncated at that step."""
    wrong = steps.next_values.copy()
    for t, cut in enumerate(steps.truncated & ~steps.terminated):
        if cut.any():
            wrong[t, cut] = steps.next_values[t, np.flatnonzero(cut)[-1]]
    return replace(steps, next_values=wrong).swept()


@variant(
    *BOTH,
    citations=(
        "Toni-SM/skrl 128f8939: bootstrap from values[-1]",
        "DLR-RM/stable-baselines3#183 (fix fc952715): last bootstrap used V of the observation before the last action",
    ),
)
@of_steps
def bootstrap_from_own_state(steps: Steps) -> Array:
    """The last step bootstraps from V(s_{T−1}) in place of V(s_T)."""
    return replace(steps, next_values=np.concatenate([steps.next_values[:-1], steps.values[-1:]])).swept()


@variant(*BOTH, citations=("PufferAI/PufferLib#445 (issue 363): the last advantage of a segment is always 0",))
@of_steps
def last_advantage_zero(steps: Steps) -> Array:
    """The last step of the rollout gets no advantage, and passes none back."""
    present = np.ones_like(steps.ended)
    present[-1] = False
    alive = (~steps.terminated).astype(int)
    error = present.astype(int) * (steps.rewards + steps.gamma * alive * steps.next_values - steps.values)
    return replace(steps, rewards=error, values=0 * steps.values).swept(alive=np.zeros_like(steps.ended))


@variant(
    *BOTH,
    citations=("DLR-RM/stable-baselines3 b8332071 (#50): the bootstrap value was added without γ",),
)
@of_steps
def last_bootstrap_undiscounted(steps: Steps) -> Array:
    """The value after the last step enters without the factor γ."""
    extra = 0 * steps.rewards
    extra[-1] = (1 - steps.gamma) * (~steps.terminated[-1]).astype(int) * steps.next_values[-1]
    return replace(steps, rewards=steps.rewards + extra).swept()
