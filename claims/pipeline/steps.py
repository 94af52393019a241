"""How far to step, how long data last, and what a greedy policy may do on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array, Scalar, exact, exp
from ...reference.natural_gradient import tilted_policy
from ...reference.policy_evaluation import action_values, performance
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .algorithms import bandit
from .cases import Stepped, performance_gradient, stepped

SIGHT = exact([4, 1])


def shared(scale: int = 1) -> TabularMDP:
    """One step in one of two states: the first action pays 1 in the first and −2 in the second, times ``scale``."""
    transition = exact([[[1, 0]] * 2, [[0, 1]] * 2])
    reward = exact([[scale, 0], [-2 * scale, 0]])
    return TabularMDP(transition, reward, exact(["1/2", "1/2"]), exact(0).item())


def performance_of(parameter: Scalar, scale: int = 1) -> Scalar:
    """J of the policy π_θ(a₀|s) = 1/(1 + exp(−x_s θ)), x = (4, 1): one parameter for both states."""
    first = 1 / (1 + exp(-SIGHT * parameter))
    return performance(shared(scale), np.stack([first, 1 - first], axis=1))


def slope_at_zero(scale: int = 1) -> Scalar:
    """dJ/dθ at θ = 0: Σ_s μ(s) x_s r_s/4."""
    mdp = shared(scale)
    return (mdp.initial * SIGHT * mdp.reward[:, 0]).sum() / 4


def unit_rewards(case: Stepped) -> TabularMDP:
    """The same process with its rewards moved into [0, 1]."""
    low, high = case.mdp.reward.min(), case.mdp.reward.max()
    reward = (case.mdp.reward - low) / (high - low if high > low else 1)
    return replace(case.mdp, reward=reward)


@counterexample("bad-step-affects-data")
def a_long_step_along_the_gradient_loses() -> Counterexample:
    """Where states share a parameter, a short step along the exact gradient gains and a long one loses."""
    slope = slope_at_zero()
    assert slope > 0, f"the gradient is {slope}"
    assert performance_of(slope / 4) > performance_of(0 * slope), "a step of 1/4 does not gain"
    return Counterexample(
        "two states, one parameter, π(a₀|s) = σ(4θ) and σ(θ), rewards 1 and −2, from θ = 0",
        ("J after a step of 16 along ∇J", performance_of(16 * slope)),
        "<",
        ("J before it", performance_of(0 * slope)),
    )


@inequality("bad-step-affects-data", cases=stepped(max_states=3, max_actions=3))
def tables_have_no_step_too_long(case: Stepped) -> tuple[Array, Array]:
    """J(θ) ≤ J(θ + α∇J(θ)) for every α ≥ 0 if θ is a table of logits: the weights exp(αρπA) favour A > 0 everywhere."""
    gradient = performance_gradient(case.mdp, case.policy)
    moved = tilted_policy(case.policy, case.step * gradient)
    return np.asarray(performance(case.mdp, case.policy)), np.asarray(performance(case.mdp, moved))


@tight("bad-step-affects-data", of=tables_have_no_step_too_long, reaches="999/1000")
def a_short_step_in_a_table() -> Iterator[Stepped]:
    """A step of 2⁻¹⁰ hardly gains."""
    yield bandit()


@fact("step-size-hard")
def no_step_size_suits_all_units() -> str:
    """One step size gains with rewards in one unit, and loses with the same rewards in a unit 64 times smaller."""
    step, start = exact("1/4").item(), exact(0).item()
    gains = [performance_of(step * slope_at_zero(scale), scale) - performance_of(start, scale) for scale in (1, 64)]
    assert gains[0] > 0 > gains[1], f"the gains are {gains}"
    return f"step 1/4: gain {gains[0]} with rewards (1, −2), {gains[1]} with (64, −128)"


@inequality("step-size-hard", cases=stepped(max_states=3, max_actions=3))
def short_steps_gain_half_of_what_the_slope_says(case: Stepped) -> tuple[Array, Array]:
    """(α/2) ‖∇J‖² ≤ J(θ + α∇J) − J(θ) for α = (1−γ)³/8 and rewards in [0, 1]: J is 8/(1−γ)³-smooth in the logits."""
    mdp = unit_rewards(case)
    step, gradient = (1 - mdp.discount) ** 3 / 8, performance_gradient(mdp, case.policy)
    moved = tilted_policy(case.policy, step * gradient)
    gain = performance(mdp, moved) - performance(mdp, case.policy)
    return np.asarray(step / 2 * (gradient**2).sum()), np.asarray(gain)


@tight("step-size-hard", of=short_steps_gain_half_of_what_the_slope_says, reaches="1/2")
def two_actions_almost_decided() -> Iterator[Stepped]:
    """Short steps gain what the slope says, twice the promise, or somewhat less where J is concave."""
    for share in ("1/2", "3/4", "15/16"):
        case = bandit()
        one = exact(1).item()
        yield replace(case, policy=exact([[exact(share).item(), one - exact(share).item()]]))


def weighted_scores(case: TwoPolicies, weights: Array, sampling: Array) -> Array:
    """Σ_s w(s) Σ_a q(a|s) (∇log π Q)(s, a) for the softmax π = ``case.new`` and its Q: ``[S, A]`` of parameters."""
    values = action_values(case.mdp, case.new)
    pulls = weights[:, None] * sampling * values
    return np.asarray(pulls - case.new * pulls.sum(axis=1, keepdims=True))


def two_rooms() -> TwoPolicies:
    """s₀ {stay, go → s₁}, s₁ absorbing, where the first action pays 1; the new policy goes more often."""
    transition = exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]])
    mdp = TabularMDP(transition, exact([[0, 0], [1, 0]]), exact([1, 0]), exact("1/2").item())
    return TwoPolicies(mdp, exact([["1/2", "1/2"]] * 2), exact([["1/4", "3/4"], ["1/2", "1/2"]]))


@identity("one-gradient-step-per-sample", cases=two_policies(positive=True, max_states=3))
def ratios_repair_the_actions(case: TwoPolicies) -> tuple[Array, Array]:
    """E_{d_old, π_old}[ρ ∇log π Q] = Σ_s d_old(s) Σ_a ∇π Q: old data still give this; exactly (1−γ)∇J if d is d_old."""
    old, new = (visitation(case.mdp, policy) for policy in (case.old, case.new))
    repaired = weighted_scores(case, old, case.old * (case.new / case.old))
    one_step = replace(case.mdp, discount=0 * case.mdp.discount)
    here = TwoPolicies(one_step, case.old, case.new)
    exactly = weighted_scores(here, visitation(one_step, case.old), case.old * (case.new / case.old))
    gap = weighted_scores(case, new, case.new) - weighted_scores(case, new - old, case.new)
    return np.stack([repaired, exactly]), np.stack([gap, performance_gradient(one_step, case.new)])


@counterexample("one-gradient-step-per-sample")
def stale_actions_bias_the_gradient() -> Counterexample:
    """Without ratios the scores of old actions have another mean: the second step on the same data is not ∇J."""
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[1, 0]]), exact([1]), exact(0).item())
    case = TwoPolicies(mdp, exact([["1/2", "1/2"]]), exact([["3/4", "1/4"]]))
    stale = weighted_scores(case, visitation(mdp, case.old), case.old)
    return Counterexample(
        "one state, γ = 0, r = (1, 0), data from π_old = (1/2, 1/2), now π = (3/4, 1/4)",
        ("E_old[∇log π Q] for the first logit", stale[0, 0]),
        "≠",
        ("∂J/∂θ", performance_gradient(mdp, case.new)[0, 0]),
    )


@counterexample("one-gradient-step-per-sample")
def ratios_do_not_repair_the_states() -> Counterexample:
    """With ratios the states are still those of the old policy, which came to s₁ less often."""
    case = two_rooms()
    repaired = weighted_scores(case, visitation(case.mdp, case.old), case.new)
    return Counterexample(
        "s₀ {stay, go → s₁}, s₁ absorbing with r = (1, 0), γ = 1/2; π_old goes half the time, π with 3/4",
        ("E_old[ρ ∇log π Q] for the first logit of s₁", repaired[1, 0]),
        "<",
        ("(1−γ) ∂J/∂θ", (1 - case.mdp.discount) * performance_gradient(case.mdp, case.new)[1, 0]),
    )


@counterexample("value-based-instability")
def greedy_policy_of_an_early_q_runs_away() -> Counterexample:
    """Value iteration for x' = 4x + u with the cost x² + u²: the greedy policy of Q₁ is unstable, that of Q₂ is not.

    Q_k(x, u) = x² + u² + P_k (4x + u)², whose greedy u = −K x has K = 4P_k/(1 + P_k), so that x' = 4x/(1 + P_k); and
    P_{k+1} = 1 + 16 P_k/(1 + P_k), P₀ = 0.
    """
    curvature, loops = exact(0).item(), []
    for _ in range(3):
        loops.append(4 / (1 + curvature))
        curvature = 1 + 16 * curvature / (1 + curvature)
    assert loops[2] < 1, f"the third greedy policy has the factor {loops[2]}"
    return Counterexample(
        "x' = 4x + u, cost x² + u², value iteration from P₀ = 0; the third greedy policy has |x'/x| = 2/5",
        ("|x'/x| that a stable policy stays below", exact(1).item()),
        "<",
        ("|x'/x| of the greedy policy of Q₁", loops[1]),
    )
