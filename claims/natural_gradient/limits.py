"""What is not so, or not always so: speed, stability, step size, second order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...reference.arithmetic import Arithmetic, ball, exact, log, precision
from ...reference.fisher import probability_series, softmax_fisher
from ...reference.kl import categorical_kl
from ...reference.natural_gradient import (
    argmax_on_ellipsoid,
    natural_policy_gradient_update,
    softmax_policy_gradient,
    tilted_policy,
)
from ...reference.policy_evaluation import advantages, performance
from ...reference.tabular_mdp import TabularMDP
from ...reference.trpo import kl_constrained_optimum
from ..evidence import Counterexample, counterexample, fact, inequality, tight
from .cases import Level, bandit, levels


@fact("npg-faster")
def plateau() -> str:
    """A bandit of two arms, r = (1, 0), logits (0, 8), unit steps of exact gradients, until π(a*) ≥ 9/10."""
    with precision(128):
        counts = [_updates(preconditioned=flag) for flag in (False, True)]
    assert counts == [1508, 11]
    return f"policy gradient: {counts[0]} updates; natural policy gradient: {counts[1]}"


def _updates(*, preconditioned: bool) -> int:
    reward, goal, coin = ball([1, 0]), exact("9/10").item(), exact(["1/2", "1/2"])
    logits, updates = ball([0, 8]), 0
    policy = tilted_policy(coin, logits)
    while policy[0] < goal:
        advantage = reward - (policy * reward).sum()
        logits = logits + (advantage if preconditioned else policy * advantage)
        policy, updates = tilted_policy(coin, logits), updates + 1
    assert policy[0] > goal
    return updates


@fact("npg-faster")
def sampled_steps_may_never_recover() -> str:
    """With sampled gradients, stability is not to be had for nothing: P(the worse arm is drawn for ever) > 2/5.

    Two arms that always pay 2 and 1, a fair start, unit natural gradient steps on r(a)/π(a): after n draws of the worse
    arm its logit leads by at least n, so that all draws go to it with probability at least Π_n (1 + e⁻ⁿ)⁻¹, whose tail
    from n = N is at least exp(−e⁻ᴺ/(1 − e⁻¹)). Chung, Thomas, Machado and Le Roux (2021), "Beyond variance reduction".
    """
    one, draws = ball(1).item(), 40
    chance, lead = one, 0 * one
    for n in range(draws):
        assert lead >= n
        worse = 1 / (1 + (-lead).exp())
        chance, lead = chance * worse, lead + 1 / worse
    chance = chance * (-(one * -draws).exp() / (1 - (-one).exp())).exp()
    assert chance > exact("2/5").item()
    return f"P(the better arm is never drawn) ≥ {float(chance.lower()):.4f}"


@counterexample("npg-remaining-issues", "npg-halving-slip")
def full_step_breaks_its_budget() -> Counterexample:
    """The step size is an issue left over: the argmax of the model obeys ½dᵀFd = δ, and its KL is seven times δ."""
    policy, weights, delta = exact([["1/64", "63/64"]]), exact([1]), exact("1/2").item()
    gradient = softmax_policy_gradient(bandit([1, 0]), policy)
    change = argmax_on_ellipsoid(softmax_fisher(weights, policy), gradient.ravel(), delta).reshape(gradient.shape)
    return Counterexample(
        "a bandit with π = (1/64, 63/64) and r = (1, 0), δ = 1/2",
        ("7 δ", 7 * delta),
        "<",
        ("KL(π ‖ π_d)", categorical_kl(policy, tilted_policy(policy, change))[0]),
    )


@counterexample("natural-gradient-second-order-like")
def hessian_of_the_return_points_the_other_way() -> Counterexample:
    """F is the Hessian of a KL divergence, not of J: here J is convex along a logit, −J'' < 0 < F."""
    policy, reward = exact([["1/4", "3/4"]]), exact([1, 0])
    along = exact([[[1, 0]], [[0, 0]]])
    second = 2 * (probability_series(policy, along)[2, 0] * reward).sum()
    return Counterexample(
        "a bandit with π = (1/4, 3/4) and r = (1, 0), first logit",
        ("−∂²J/∂θ²", -second),
        "<",
        ("F", softmax_fisher(exact([1]), policy)[0, 0]),
    )


@counterexample("npg-algorithm")
def stale_advantages_lower_the_return() -> Counterexample:
    """The second of two steps must measure A anew: in the loop above a first step turns a bad move into a good one.

    s₀ stays (r = 0) or goes to s₁; s₁ is absorbing and pays 1 or −2 a step. From even odds, going looks bad until the
    policy at s₁ has improved.
    """
    mdp = TabularMDP(
        exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]]), exact([[0, 0], [1, -2]]), exact([1, 0]), exact("1/2").item()
    )
    start, balls = exact([["1/2", "1/2"], ["1/2", "1/2"]]), mdp.to(Arithmetic.BALL)
    change = advantages(mdp, start) / (1 - mdp.discount)
    once, twice = tilted_policy(start, change), tilted_policy(start, 2 * change)
    assert performance(balls, natural_policy_gradient_update(balls, once, exact(1).item())) > performance(balls, once)
    return Counterexample(
        "s₀ {stay, go to s₁}, s₁ absorbing {1, −2}, γ = 1/2, even odds, η = 1",
        ("J after a second step along the first A", performance(balls, twice)),
        "<",
        ("J after the first step alone", performance(balls, once)),
    )


@inequality("natural-gradient-direction", cases=levels())
def exact_direction_tends_to_the_natural_gradient(case: Level) -> tuple[Any, Any]:
    """The KL-constrained optimum moves logits by u = −log(1 − A/ν): Var_π(u − A/ν) ≤ ¼ (−log(1 − x) − x)² = O(x⁴).

    x = max |A| / ν → 0 as the trust region shrinks, while Var_π(A/ν), the squared length of the natural gradient, falls
    as x²: the angle between the two, measured by F, tends to 0.
    """
    top = np.maximum.reduce(abs(case.advantages))
    if top == 0:
        return exact(0).item(), exact(0).item()
    level = top / case.share
    optimum, multiplier = kl_constrained_optimum(case.policy, case.advantages, np.asarray(level))
    off = log(optimum / case.policy) - log(np.asarray(multiplier / level)) - case.advantages / level
    mean = (case.policy * off).sum()
    variance = (case.policy * off * off).sum() - mean * mean
    return variance, (log(np.asarray(1 - case.share)).item() + case.share) ** 2 / 4


@tight("natural-gradient-direction", of=exact_direction_tends_to_the_natural_gradient, reaches="99/100")
def coin_at_the_edge() -> Iterator[Level]:
    """A fair coin with A = ±1 and ν → 1."""
    for k in (4, 32, 128):
        yield Level(exact(["1/2", "1/2"]), exact([1, -1]), 1 - exact(2).item() ** -k)
