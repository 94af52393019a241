"""Backtracking: when it ends, what it guarantees, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...reference.arithmetic import Arithmetic, Array, ball, exact, exp, log, precision, sqrt
from ...reference.fisher import fisher_information, log_linear_scores, state_frequencies
from ...reference.kl import categorical_kl
from ...reference.natural_gradient import (
    largest_increase,
    log_normaliser,
    minimum_norm_solution,
    natural_policy_gradient_update,
    softmax_policy_gradient,
    tilted_policy,
)
from ...reference.policy_evaluation import advantages, performance
from ...reference.softmax import softmax
from ...reference.tabular_mdp import TabularMDP
from ...reference.trpo import Step, backtrack, batch_surrogate, is_acceptable, natural_gradient_step, trpo_step
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from ..natural_gradient.cases import Ascent, Ellipsoid, ascents, ellipsoids
from .cases import Batch, batches

HALF = exact("1/2").item()
BITS = 256
"""Precision at which trials are decided."""


@fact("trpo-line-search", cases=batches())
def ends_as_soon_as_second_order_bounds_allow(case: Batch) -> str:
    """With gᵀd > 0 a scale t = 2⁻ʲ is accepted as soon as t² ψ(tb) ≤ 1 and t C V exp(tR) < 2 gᵀd; with g = 0, none is.

    Along td, V = dᵀFd = 2δ: KL ≤ ½t²V ψ(tb) with ψ(b) = 2(eᵇ − 1 − b)/b² and b = max_s (max d − E_π d), by Bennett;
    and L(t) − L(0) ≥ t gᵀd − ½t² C V exp(tR), where R = max_s osc d, and C = max_s osc c for L(t) = E_w E_{π_t} c.
    """
    with precision(BITS):
        found = trpo_step(case.policy, *case.rows, max_kl=case.delta, factor=HALF, steps=60, strict=True)
        if np.all(found.gradient == 0):
            assert found.halvings is None, f"accepted with a zero gradient: {case}"
            assert np.all(found.policy == case.policy), f"refused, and yet moved: {case}"
            return "zero gradient: refused 61 times"
        full = ball(sqrt(np.asarray(found.squared_length)) * found.direction)
        enough = next(j for j in range(60) if _second_order_accepts(case, found, full, HALF**j))
    assert found.halvings is not None, f"never accepted: {case}"
    assert found.halvings <= enough, f"{found.halvings} halvings where {enough} are enough: {case}"
    return f"{found.halvings} halvings, {enough} certainly enough"


def _second_order_accepts(case: Batch, found: Step, full: Array, scale: Any) -> bool:
    weights = state_frequencies(case.states, len(case.policy))
    seen = weights > 0
    top, bottom = (extreme.reduce(full, axis=-1)[seen] for extreme in (np.maximum, np.minimum))
    overshoot = scale * np.maximum.reduce(top - (case.policy * full).sum(axis=-1)[seen])
    within = 2 * scale**2 * (exp(np.asarray(overshoot)).item() - 1 - overshoot) <= overshoot**2
    share = 0 * case.policy
    for state, action, advantage in zip(*case.rows, strict=True):
        share[state, action] += advantage / (len(case.states) * weights[state] * case.policy[state, action])
    spread = np.maximum.reduce(np.maximum.reduce(share, axis=-1) - np.minimum.reduce(share, axis=-1))
    loss = scale * spread * 2 * case.delta * exp(np.asarray(scale * np.maximum.reduce(top - bottom))).item()
    return bool(within) and bool(loss < 2 * (found.gradient * full).sum())


@fact("trpo-procedure", "trpo-line-search-not-monotone", cases=batches())
def accepted_steps_keep_their_word(case: Batch) -> str:
    """After a step: mean KL ≤ δ and no loss of the surrogate; and no scale above was acceptable. Else nothing moved.

    Judged by other formulas than the step's own: KL from both policies, and ρ = exp(d)/Z at the rows.
    """
    with precision(BITS):
        found = trpo_step(case.policy, *case.rows, max_kl=case.delta, factor=HALF, steps=10)
        full = natural_gradient_step(case.policy, *case.rows, max_kl=case.delta).change
        accepted = [_accepted(case, HALF**j * full) for j in range(11)]
        expected = accepted.index(True) if True in accepted else None
        assert found.halvings == expected, f"{found.halvings} halvings, not {expected}: {case}"
        if expected is None:
            assert np.all(found.policy == case.policy), f"refused, and yet moved: {case}"
            return "refused"
        unseen = np.bincount(case.states, minlength=len(case.policy)) == 0
        assert np.all(found.change[unseen] == 0), f"a state outside the batch moved: {case}"
        assert _accepted(case, found.change), str(case)
    return f"accepted after {expected} halvings"


def _accepted(case: Batch, change: Array) -> bool:
    if np.all(change == 0):
        return True
    new, shift = softmax(log(case.policy) + change), log_normaliser(case.policy, change)
    divergence = categorical_kl(case.policy[case.states], new[case.states]).sum() / len(case.states)
    ratios = exp(change[case.states, case.actions] - shift[case.states])
    gain = ((ratios - 1) * case.advantages).sum() / len(case.states)
    still = np.all((change == change[:, :1])[case.states])
    return bool(still) or (bool(divergence <= case.delta) and bool(gain >= 0))


def _chain(discount: str) -> TabularMDP:
    """s₀ stays (r = 0) or goes on (r = 1) to an absorbing s₁, which pays 0 or −1 a step."""
    transition = exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]])
    return TabularMDP(transition, exact([[0, 1], [0, -1]]), exact([1, 0]), exact(discount).item())


@counterexample("trpo-line-search-not-monotone")
def surrogate_rises_while_the_return_falls() -> Counterexample:
    """A fifth of the way from (stay, 0) to (go, −1): KL = −log(4/5) = 0.223, L = +2, and the return falls by 4/7."""
    mdp, old, new = _chain("9/10"), exact([[1, 0], [1, 0]]), exact([["4/5", "1/5"], ["4/5", "1/5"]])
    weights = visitation(mdp, old)
    surrogate = (weights[:, None] * new * advantages(mdp, old)).sum() / (1 - mdp.discount)
    assert surrogate == 2
    assert (weights * categorical_kl(old, new)).sum() < exact("1/4").item()
    change = performance(mdp, new) - performance(mdp, old)
    assert change == exact("-4/7").item()
    return Counterexample(
        "CPI family, γ = 9/10, α = 1/5, δ = 1/4",
        ("η(new) − η(old)", change),
        "<",
        ("accepted as better than", 0 * change),
    )


@counterexample("trpo-line-search-not-monotone")
def line_search_accepts_a_worse_policy() -> Counterexample:
    """The whole procedure, with one logit for both "go" and "pay": the step it accepts gains 1 in L and loses 4/5 in η.

    With a free logit for each state and action this cannot happen: then every natural gradient step improves η.
    """
    mdp, policy, delta = _chain("9/10"), exact([["63/64", "1/64"], ["63/64", "1/64"]]), exact("1/4").item()
    features = exact([[[0], [1]], [[0], [1]]])
    weights, values = visitation(mdp, policy), advantages(mdp, policy)
    scores = log_linear_scores(policy, features)
    gradient = ((weights[:, None] * policy * values)[..., None] * scores).sum(axis=(0, 1)) / (1 - mdp.discount)
    direction = minimum_norm_solution(fisher_information(weights, policy, scores), gradient)
    full = sqrt(np.asarray(2 * delta / (gradient @ direction))) * (features @ direction)

    def new(scale: Any) -> Array:
        return tilted_policy(policy, scale * full)

    def gain(scale: Any) -> Any:
        return (weights[:, None] * new(scale) * values).sum() / (1 - mdp.discount)

    def accepts(scale: Any) -> bool:
        return is_acceptable((weights * categorical_kl(policy, new(scale))).sum(), gain(scale), delta, strict=True)

    halvings = backtrack(accepts, factor=HALF, steps=10)
    assert halvings == 1
    assert gain(HALF) > 1
    return Counterexample(
        "CPI family with π(go) = π(pay) = σ(θ) = 1/64, γ = 9/10, δ = 1/4, one halving",
        ("η after the accepted step", performance(mdp.to(Arithmetic.BALL), ball(new(HALF)))),
        "<",
        ("η before, less 4/5", performance(mdp, policy) - exact("4/5").item()),
    )


@fact("trpo-line-search-003", cases=ascents(max_states=2))
def natural_gradient_descends_at_every_scale(case: Ascent) -> str:
    """C(θ − αʲ F⁺∇C) < C(θ) for j = 0 already where each state and action has a logit; for no j if ∇C = 0."""
    still = np.all(softmax_policy_gradient(case.mdp, case.policy) == 0)
    balls, before = case.mdp.to(Arithmetic.BALL), performance(case.mdp, case.policy)

    def accepts(scale: Any) -> bool:
        new = natural_policy_gradient_update(case.mdp, case.policy, scale)
        weights = visitation(case.mdp, case.policy)
        kept = np.where((weights > 0)[:, None], new, case.policy)
        return not np.all(kept == case.policy) and bool(performance(balls, ball(kept)) > before)

    with precision(BITS):
        found = backtrack(accepts, factor=HALF, steps=5)
    assert found == (None if still else 0), f"accepted at j = {found}: {case}"
    return "none" if still else "j = 0"


@fact("trpo-line-search-003")
def tied_logits_need_some_halvings() -> str:
    """With one logit for two states the full natural gradient overshoots: a finite j > 0 exists, and is needed."""
    mdp, policy = _chain("3/4"), exact([["7/8", "1/8"], ["7/8", "1/8"]])
    features = exact([[[0], [1]], [[0], [1]]])
    weights, scores = visitation(mdp, policy), log_linear_scores(policy, features)
    mass = weights[:, None] * policy * advantages(mdp, policy) / (1 - mdp.discount)
    direction = minimum_norm_solution(
        fisher_information(weights, policy, scores), (mass[..., None] * scores).sum(axis=(0, 1))
    )
    balls, before = mdp.to(Arithmetic.BALL), performance(mdp, policy)

    def accepts(scale: Any) -> bool:
        return bool(performance(balls, ball(tilted_policy(policy, scale * (features @ direction)))) > before)

    found = backtrack(accepts, factor=HALF, steps=60)
    assert found is not None
    assert found > 0
    return f"j = {found}"


@identity("trpo-surrogate-line-search-sign", cases=batches())
def costs_turn_the_sign(case: Batch) -> tuple[Any, Any]:
    """L(θ) of costs c = −r is −L(θ): where rewards accept L > 0, costs accept L < 0."""
    new = tilted_policy(case.policy, case.direction)
    return (
        batch_surrogate(new, case.policy, case.states, case.actions, -case.advantages),
        -batch_surrogate(new, case.policy, *case.rows),
    )


@counterexample("trpo-surrogate-line-search-sign")
def rule_for_rewards_raises_the_cost() -> Counterexample:
    """Cost (0, 1): moving from (1/2, 1/2) to (1/4, 3/4) has L > 0, the rule for rewards accepts, and the cost rises."""
    cost, old, new = exact([0, 1]), exact(["1/2", "1/2"]), exact(["1/4", "3/4"])
    assert (new * (cost - (old * cost).sum())).sum() > 0
    return Counterexample(
        "one state, cost (0, 1), L = +1/4", ("C(new)", (new * cost).sum()), ">", ("C(old)", (old * cost).sum())
    )


@inequality("trust-region-scheme", cases=ellipsoids())
def minimiser_of_the_model_is_no_worse_than_any_trial(case: Ellipsoid) -> tuple[Any, Any]:
    """m(θ_k) − m(θ_k + d) ≤ m(θ_k) − m(θ_{k+1}) for d = 0 and every other d in the region ½dᵀFd ≤ δ, m = −gᵀd."""
    curvature = case.direction @ case.fisher @ case.direction / 2
    scale = exact(1).item()
    while scale**2 * curvature > case.delta:
        scale = scale / 2
    slope = scale * (case.gradient @ case.direction)
    best = largest_increase(case.gradient, minimum_norm_solution(case.fisher, case.gradient), case.delta)
    return np.array([0 * slope, slope]), np.array([best, best])


@tight("trust-region-scheme", of=minimiser_of_the_model_is_no_worse_than_any_trial, reaches=1)
def trial_on_the_boundary() -> Iterator[Ellipsoid]:
    """D = F⁺g with δ = ½ gᵀF⁺g."""
    factor, solution = exact([[1, 2], [0, 3]]), exact([1, -2])
    image = factor @ solution
    yield Ellipsoid(factor, solution, solution, image @ image / 2)


@identity("trpo-pros-cons", cases=batches())
def step_is_robust_to_the_scale_of_rewards(case: Batch) -> tuple[Array, Array]:
    """The step, compared by signed squares, is the same for Â and 1000 Â; the gradient, and plain ascent, is not."""
    sides = []
    for scale in (1, 1000):
        step = natural_gradient_step(case.policy, case.states, case.actions, scale * case.advantages, max_kl=case.delta)
        signed = step.squared_length * step.direction * abs(step.direction)
        sides.append(np.stack([signed, 1000 // scale * step.gradient]))
    return sides[0], sides[1]
