"""When a new policy is better."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...invariants.mdps import TwoPolicies
from ...reference.arithmetic import Array, exact
from ...reference.performance_difference import expected_advantage
from ...reference.policy_evaluation import performance, state_values
from ...reference.visitation import unnormalised_visitation
from ..evidence import Counterexample, counterexample, fact, inequality, tight
from .cases import NoisyCritic, improvements, noisy_critics, one_state, stay_or_go


@inequality("pdl-nonneg-improves", cases=improvements())
def nonnegative_advantages_improve_every_state(case: TwoPolicies) -> tuple[Array, Array]:
    """Ā ≥ 0 at every state ⇒ V_new(s) − V_old(s) ≥ Ā(s) ≥ 0 at every state: the first step alone gains Ā(s)."""
    mdp, old, new = case.mdp, case.old, case.new
    gain, mean = state_values(mdp, new) - state_values(mdp, old), expected_advantage(mdp, old, new)
    return np.concatenate([mean, 0 * mean]), np.concatenate([gain, mean])


@tight("pdl-nonneg-improves", of=nonnegative_advantages_improve_every_state, reaches=1)
def an_advantage_that_is_had_once() -> Iterator[TwoPolicies]:
    """Going pays 1 and leads where the two policies agree."""
    for gamma in ("0", "1/2", "127/128"):
        case = stay_or_go(gamma, 1)
        yield TwoPolicies(case.mdp, case.old, np.stack([case.new[0], case.old[1]]))


@fact("pdl-nonneg-improves", cases=improvements())
def strictly_better_iff_somewhere_visited(case: TwoPolicies) -> None:
    """With Ā ≥ 0: η(new) > η(old) iff Ā(s) > 0 at some s that the new policy visits."""
    mdp, old, new = case.mdp, case.old, case.new
    gains = (expected_advantage(mdp, old, new) > 0) & (unnormalised_visitation(mdp, new) > 0)
    assert (performance(mdp, new) > performance(mdp, old)) == bool(np.any(gains)), str(case)


@inequality("pdl-approximation-caveat", cases=noisy_critics())
def greed_on_a_noisy_critic_loses_little(case: NoisyCritic) -> tuple[Array, Array]:
    """η(old) − η(greedy for Q̂) ≤ 2 max|Q̂ − Q_old|/(1−γ), since Ā ≥ −2 max|Q̂ − Q_old|."""
    mdp, epsilon = case.mdp, np.max(abs(case.noise))
    return performance(mdp, case.old) - performance(mdp, case.greedy), 2 * epsilon / (1 - mdp.discount)


@tight("pdl-approximation-caveat", of=greed_on_a_noisy_critic_loses_little, reaches=1)
def noise_that_makes_a_tie_of_a_loss() -> Iterator[NoisyCritic]:
    """Q = (−2, 0), Q̂ = (−1, −1): the tie goes to the first action, and 2 are lost at every step."""
    for gamma in ("0", "127/128"):
        yield NoisyCritic(one_state([-2, 0], gamma), exact([[0, 1]]), exact([[1, -1]]))


@counterexample("pdl-approximation-caveat")
def greed_on_a_noisy_critic_loses() -> Counterexample:
    """An estimate that misjudges two actions by 1 each makes Ā = −1, and the greedy policy is worse."""
    case = NoisyCritic(one_state([1, 0], "1/2"), exact([[1, 0]]), exact([[-1, 1]]))
    assert expected_advantage(case.mdp, case.old, case.greedy)[0] == -1
    return Counterexample(
        "one state, r = (1, 0), γ = 1/2, Q_old = (2, 1), Q̂ = (1, 2)",
        ("η(greedy for Q̂)", performance(case.mdp, case.greedy)),
        "<",
        ("η(old)", performance(case.mdp, case.old)),
    )
