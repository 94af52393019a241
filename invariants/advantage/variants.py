"""Known bugs of advantage estimators and λ-returns, as wrong versions of the recursion.

Not expressible through ``gae`` and ``lambda_returns``, which see no token masks, no padding, no recurrent state and no
training loop: see ``inexpressible.toml`` beside this file.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant

BOTH = ("gae", "lambda_returns")


def swept(
    rewards: Array, values: Array, bootstrap: Array, alive: Array, going: Array, *, gamma: Any, carry: Any
) -> Array:
    """Â_t = r_t + γ alive_t V'_t − V_t + carry going_t Â_{t+1}: the recursion with its masks as given."""
    result = np.empty_like(rewards)
    following = 0 * rewards[0]
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * alive[t].astype(int) * bootstrap[t] - values[t]
        following = error + carry * going[t].astype(int) * following
        result[t] = following
    return result


def answer(advantages: Array, values: Array, capability: str) -> Array:
    """What the capability returns where the advantages come out as these."""
    return np.asarray(advantages + values) if capability == "lambda_returns" else advantages


def plain(r: Array, v: Array, bootstrap: Array, alive: Array, going: Array, **options: Any) -> Array:
    """The recursion with these masks, as the capability returns it."""
    gamma, lam = options["gamma"], options["lam"]
    return answer(swept(r, v, bootstrap, alive, going, gamma=gamma, carry=gamma * lam), v, options["capability"])


def gae(options: dict[str, Any]) -> dict[str, Any]:
    """The same options, for the advantage itself."""
    return {**options, "capability": "gae"}


def moved(flags: Array, by: int, edge: str) -> Array:
    """Flags read ``by`` steps off; beyond the edge: their own, none, or those of the other end."""
    result = np.roll(flags, by, axis=0)
    at = 0 if by > 0 else -1
    if edge == "own":
        result[at] = flags[at]
    elif edge == "clear":
        result[at] = False
    return result


def shifted(by: int, r: Array, v: Array, nv: Array, term: Array, trunc: Array, **options: Any) -> Array:
    """GAE with flags read ``by`` steps off, in δ, in the recursion, or in both."""
    edge, where, flags, gamma, lam = (options[name] for name in ("edge", "where", "flags", "gamma", "lam"))
    wrong_term = moved(term, by, edge)
    wrong_ended = wrong_term | (moved(trunc, by, edge) if flags == "both" else trunc)
    if flags == "one":
        term, wrong_term, wrong_ended = term | trunc, moved(term | trunc, by, edge), moved(term | trunc, by, edge)
        trunc = term
    alive = ~(wrong_term if where != "recursion" else term)
    going = ~(wrong_ended if where != "error" else term | trunc)
    return answer(swept(r, v, nv, alive, going, gamma=gamma, carry=gamma * lam), v, options["capability"])


SHIFTS: dict[str, Any] = {
    "edge": ("own", "clear", "wrap"),
    "where": ("everywhere", "error", "recursion"),
    "flags": ("both", "terminated", "one"),
}


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
def done_flag_of_the_next_step(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The done flag is shifted by one: step t is masked by whether step t+1 ended the episode."""
    return shifted(-1, rewards, values, next_values, terminated, truncated, **options)


@variant(
    *BOTH,
    citations=(
        "Eclectic-Sheep/sheeprl 0daa62e8, fed5d4ea: done stored as received on entering step t",
        "automl/Mighty#126: the cut applied one step too late",
    ),
    **SHIFTS,
)
def done_flag_of_the_previous_step(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The done flag is shifted by one: step t is masked by whether step t−1 ended the episode."""
    return shifted(1, rewards, values, next_values, terminated, truncated, **options)


@variant(
    *BOTH,
    citations=(
        "DLR-RM/stable-baselines3#633 (fix d228364c): time limits treated as termination in on-policy algorithms",
        "vwxyzjn/cleanrl#457: PPO ORs terminations and truncations",
    ),
)
def time_limit_as_termination(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """A time limit is treated as death: V(final) is dropped at truncation."""
    ended = terminated | truncated
    return plain(rewards, values, next_values, ~ended, ~ended, **options)


@variant(
    *BOTH,
    citations=(
        "EdanToledo/Stoix#142 (before 9e93c76): truncation ignored",
        "AechPro/rlgym-ppo a7e678a: recursion not cut at truncation",
        "pytorch/rl#2773: vectorised GAE used another flag than the loop",
        "tensorflow/agents 7cc55dfc: REINFORCE return crossed a truncation",
    ),
)
def recursion_not_cut_at_truncation(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The next episode leaks backwards across a time limit."""
    del truncated
    return plain(rewards, values, next_values, ~terminated, ~terminated, **options)


@variant(
    *BOTH,
    citations=("AechPro/rlgym-ppo bc65e34 (repaired by 9064833): not_trunc = 1 − not_truncated",),
)
def truncation_flag_inverted(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The recursion goes on only where the episode was truncated."""
    return plain(rewards, values, next_values, ~terminated, ~terminated & truncated, **options)


@variant(
    *BOTH,
    citations=(
        "vietnh1009/Super-mario-bros-PPO-pytorch#21: accumulator not multiplied by 1 − done",
        "nikhilbarhate99/PPO-PyTorch d02da8d, fd5381d: return not reset at the end of an episode",
    ),
)
def recursion_never_cut(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The recursion runs through every ending; only the TD error is masked."""
    return plain(rewards, values, next_values, ~terminated, np.ones_like(truncated), **options)


@variant(
    *BOTH,
    citations=("EdanToledo/Stoix 9e93c76 (repaired by 7abf01c): delta *= 1 − truncation",),
)
def truncated_step_gets_nothing(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """TD error and recursion are both zeroed at a time limit, so that the step has advantage 0."""
    ended = terminated | truncated
    advantages = plain(rewards, values, next_values, ~terminated, ~ended, **gae(options))
    return answer(np.where(truncated, 0 * advantages, advantages), values, options["capability"])


@variant(
    *BOTH,
    citations=(
        "EdanToledo/Stoix 3a14348: the next value at truncation was V(reset), not V(final)",
        "PKU-Alignment/omnisafe#162, #164: time-out bootstrap evaluated after the automatic reset",
        "Motphys/UniLab#236: final_observation ignored",
    ),
)
def bootstrap_from_the_reset_state(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """At a time limit the value of the next episode's first state stands in for V(final)."""
    wrong = np.concatenate([values[1:], next_values[-1:]])
    return plain(rewards, values, wrong, ~terminated, ~(terminated | truncated), **options)


@variant(*BOTH, citations=("Toni-SM/skrl, agents/torch/ppo/ppo.py: r += γ V(s_t) truncated_t",))
def time_limit_bootstraps_from_own_state(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """At a time limit the value of the state before the step stands in for V(final)."""
    wrong = np.where(truncated & ~terminated, values, next_values)
    return plain(rewards, values, wrong, ~terminated, ~(terminated | truncated), **options)


@variant(
    *BOTH,
    citations=(
        "RLinf/RLinf#661: bootstrapped on normal termination too",
        "DexForce/EmbodiChain#612: bootstrapped when both flags were set",
    ),
)
def bootstrap_at_termination(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The value of a terminal state is counted."""
    return plain(rewards, values, next_values, np.ones_like(terminated), ~(terminated | truncated), **options)


@variant(*BOTH, citations=("DexForce/EmbodiChain#612: bootstrapped when both flags were set",))
def both_flags_bootstrap(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """A step that carries both flags is treated as a time limit."""
    return plain(rewards, values, next_values, ~terminated | truncated, ~(terminated | truncated), **options)


@variant(*BOTH, citations=("Eclectic-Sheep/sheeprl#106, #181: one final observation for all environments",))
def final_value_of_another_environment(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Every truncated environment receives V(final) of the last environment truncated at that step."""
    wrong = next_values.copy()
    for t, cut in enumerate(truncated & ~terminated):
        if cut.any():
            wrong[t, cut] = next_values[t, np.flatnonzero(cut)[-1]]
    return plain(rewards, values, wrong, ~terminated, ~(terminated | truncated), **options)


@variant(
    *BOTH,
    citations=(
        "Toni-SM/skrl 128f8939: bootstrap from values[-1]",
        "DLR-RM/stable-baselines3#183 (fix fc952715): last bootstrap used V of the observation before the last action",
    ),
)
def bootstrap_from_own_state(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The last step bootstraps from V(s_{T−1}) in place of V(s_T)."""
    wrong = np.concatenate([next_values[:-1], values[-1:]])
    return plain(rewards, values, wrong, ~terminated, ~(terminated | truncated), **options)


@variant(*BOTH, citations=("PufferAI/PufferLib#445 (issue 363): the last advantage of a segment is always 0",))
def last_advantage_zero(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The last step of the rollout gets no advantage, and passes none back."""
    ended = terminated | truncated
    present = np.ones_like(ended)
    present[-1] = False
    error = present.astype(int) * (rewards + options["gamma"] * (~terminated).astype(int) * next_values - values)
    carry = options["gamma"] * options["lam"]
    result = swept(error, 0 * values, next_values, np.zeros_like(ended), ~ended, gamma=options["gamma"], carry=carry)
    return answer(result, values, options["capability"])


@variant(
    *BOTH,
    citations=("DLR-RM/stable-baselines3 b8332071 (#50): the bootstrap value was added without γ",),
)
def last_bootstrap_undiscounted(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The value after the last step enters without the factor γ."""
    alive = ~terminated
    extra = 0 * rewards
    extra[-1] = (1 - options["gamma"]) * alive[-1].astype(int) * next_values[-1]
    return plain(rewards + extra, values, next_values, alive, ~(terminated | truncated), **options)


@variant(*BOTH, citations=("AI4Finance-Foundation/ElegantRL#183: the baseline stands inside the done mask",))
def baseline_inside_the_mask(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Â_t = r_t + γ(1 − done)(V' + λÂ' − V_t): a terminal step has no baseline, the others a discounted one."""
    gamma, lam = options["gamma"], options["lam"]
    result, following = np.empty_like(rewards), 0 * rewards[0]
    for t in reversed(range(len(rewards))):
        going = (~(terminated[t] | truncated[t])).astype(int)
        mask = gamma * (~terminated[t]).astype(int)
        following = rewards[t] + mask * (next_values[t] + lam * going * following - values[t])
        result[t] = following
    return answer(result, values, options["capability"])


@variant(
    *BOTH, citations=("google/brax, training/agents/ppo/losses.py: advantages from r + γ vs_{t+1} − V",), cut=(0, 1)
)
def lambda_left_out_of_the_tail(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, *, cut: int, **options: Any
) -> Array:
    """Â_t = δ_t + γ Â^λ_{t+1}: the tail of the λ-return enters without its λ; truncated steps may get 0."""
    ended = terminated | truncated
    right = plain(rewards, values, next_values, ~terminated, ~ended, **gae(options))
    tail = np.concatenate([right[1:], 0 * right[-1:]])
    alone = swept(rewards, values, next_values, ~terminated, np.zeros_like(ended), gamma=options["gamma"], carry=0)
    result = alone + options["gamma"] * np.where(ended, 0 * tail, tail)
    if cut:
        result = np.where(truncated & ~terminated, 0 * result, result)
    return answer(result, values, options["capability"])


@variant(*BOTH, citations=("tensorforce/tensorforce 30a86dec: the mean over baselines collapsed the batch",))
def one_baseline_for_all_steps(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Every step is compared with the mean value in place of its own."""
    mean = 0 * values + values.sum() / values.size
    advantages = plain(rewards, mean, next_values, ~terminated, ~(terminated | truncated), **gae(options))
    return answer(advantages, values, options["capability"])


@variant(*BOTH, citations=("PufferAI/PufferLib 342143a: GAE mixed the environments of a double-buffered rollout",))
def next_step_of_another_environment(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """Step t+1 is taken from the neighbouring environment."""
    ended = terminated | truncated
    result, following = np.empty_like(rewards), 0 * rewards[0]
    wrong = np.where(ended, next_values, np.roll(next_values, -1, axis=1))
    for t in reversed(range(len(rewards))):
        error = rewards[t] + options["gamma"] * (~terminated[t]).astype(int) * wrong[t] - values[t]
        carried = np.roll(following, -1)
        following = error + options["gamma"] * options["lam"] * (~ended[t]).astype(int) * carried
        result[t] = following
    return answer(result, values, options["capability"])


@variant(
    *BOTH,
    citations=("openai/spinningup#50 (fixed in 2092113): slot t held the reward of step t−1",),
)
def reward_of_the_previous_step(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The reward is shifted by one step."""
    late = np.concatenate([0 * rewards[:1], rewards[:-1]])
    return plain(late, values, next_values, ~terminated, ~(terminated | truncated), **options)


@variant(*BOTH, citations=("StackOverflow 53802453: built in a reversed loop, never turned round",))
def reversed_in_time(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The result is right but upside down."""
    return plain(rewards, values, next_values, ~terminated, ~(terminated | truncated), **options)[::-1].copy()


@variant("lambda_returns", citations=("vwxyzjn/cleanrl#337 (95fcdd75): returns computed from stale zero advantages",))
def returns_are_the_values(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, **options: Any
) -> Array:
    """The critic regresses to itself: V is returned in place of Â + V."""
    del rewards, next_values, terminated, truncated, options
    return values.copy()
