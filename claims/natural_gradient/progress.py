"""What natural policy gradient ascent gains, step by step and in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...reference.arithmetic import Arithmetic, Array, convert, exact, log
from ...reference.kl import categorical_kl
from ...reference.natural_gradient import log_normaliser, natural_policy_gradient_update, tilted_policy
from ...reference.optimal_policy import optimal_policy
from ...reference.policy_evaluation import advantages, performance, state_values
from ...reference.visitation import visitation
from ..evidence import identity, inequality, tight
from .cases import Ascent, Run, ascents, bandit, runs


def _log_normaliser(case: Ascent) -> Array:
    scaled = case.step / (1 - case.mdp.discount) * advantages(case.mdp, case.policy)
    return log_normaliser(case.policy, scaled)


@identity("npg-monotone-and-gain", cases=ascents())
def gain_is_divergence_plus_log_normaliser(case: Ascent) -> tuple[Any, Any]:
    """J(π⁺) − J(π) = η⁻¹ E_{s~d⁺}[KL(π⁺ ‖ π) + log Z_s]."""
    balls, new = case.mdp.to(Arithmetic.BALL), natural_policy_gradient_update(case.mdp, case.policy, case.step)
    new = convert(new, Arithmetic.BALL)
    gain = performance(balls, new) - performance(case.mdp, case.policy)
    each = categorical_kl(new, case.policy) + _log_normaliser(case)
    return gain, (visitation(balls, new) * each).sum() / case.step


@inequality("npg-monotone-and-gain", "npg-algorithm", cases=ascents())
def every_state_gains(case: Ascent) -> tuple[Array, Array]:
    """0 ≤ ((1−γ)/η) log Z_s ≤ V⁺(s) − V(s) at every state, hence for J from every initial distribution."""
    balls, new = case.mdp.to(Arithmetic.BALL), natural_policy_gradient_update(case.mdp, case.policy, case.step)
    gain = state_values(balls, convert(new, Arithmetic.BALL)) - state_values(case.mdp, case.policy)
    least = (1 - case.mdp.discount) / case.step * _log_normaliser(case)
    changes = np.asarray([np.any(row != row[0]) for row in advantages(case.mdp, case.policy)])
    if not np.any(changes):
        return exact([0]), exact([0])
    nothing = 0 * least[changes]
    return np.concatenate([nothing, least[changes]]), np.concatenate([least[changes], gain[changes]])


@tight("npg-monotone-and-gain", of=every_state_gains, reaches="99/100")
def long_step_of_a_coin() -> Iterator[Ascent]:
    """A bandit of two arms and a long step: log Z ≈ ηA_max − log 2, while KL(π⁺ ‖ π) stays at log 2."""
    half = exact([["1/2", "1/2"]])
    for k in (4, 8, 12):
        yield Ascent(bandit([1, 0]), half, half, exact(2**k).item())


@inequality("npg-global-rate", "npg-faster", cases=runs())
def optimality_gap_falls_like_one_over_iterations(case: Run) -> tuple[Any, Any]:
    """V*(μ) − V_T(μ) ≤ E_{d*} KL(π* ‖ π₀)/(ηT) + 1/((1−γ)²T) for rewards in [0, 1]."""
    best, balls = optimal_policy(case.mdp), case.mdp.to(Arithmetic.BALL)
    policy, change, eta = convert(case.policy, Arithmetic.BALL), 0 * case.policy, case.step / (1 - case.mdp.discount)
    for _ in range(case.iterations):
        change = change + eta * advantages(balls, policy)
        policy = tilted_policy(case.policy, change)
    gap = performance(case.mdp, best) - performance(balls, policy)
    start = (visitation(case.mdp, best) * categorical_kl(best, case.policy)).sum()
    horizon = 1 / (1 - case.mdp.discount)
    return gap, start / (case.step * case.iterations) + horizon**2 / case.iterations


@tight("npg-global-rate", of=optimality_gap_falls_like_one_over_iterations, reaches="19/20")
def far_start() -> Iterator[Run]:
    """Two arms and π₀(a*) = 2⁻²⁵⁶: with T = 172 < log 2²⁵⁶ steps of η = 1, the better arm is still unlikely."""
    rare = exact(2).item() ** -256
    yield Run(bandit([1, 0]), exact([[rare, 1 - rare]]), exact(1).item(), 172)


@identity("npg-global-rate", cases=runs())
def uniform_start_is_log_actions_away(case: Run) -> tuple[Any, Any]:
    """E_{d*} KL(π* ‖ uniform) = log |A|."""
    best, actions = optimal_policy(case.mdp), exact(case.mdp.actions)
    uniform = 0 * case.policy + 1 / actions
    return (visitation(case.mdp, best) * categorical_kl(best, uniform)).sum(), log(actions).item()
