"""What makes a decision process and a policy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, two_policies
from ...reference.arithmetic import Array, ball, convert, exact, solve
from ...reference.policy_evaluation import advantages, performance, policy_transition
from ...reference.softmax import softmax
from ...reference.tabular_mdp import InvalidMDPError, TabularMDP
from ...reference.visitation import unnormalised_visitation
from ..evidence import Counterexample, counterexample, fact, identity
from .cases import constant_reward, state_rewards
from .rounding import value_error, value_range, visitation_error


def state_reward_bound(case: OnePolicy) -> float:
    """‖δρ‖₁ max|r| + S roundings of the sum, and ‖δV‖ + S roundings of its mean."""
    mdp = case.mdp
    summing = (mdp.states + 2) * 2.0**-52 * value_range(mdp)
    return value_error(mdp) + visitation_error(mdp) * float(np.abs(mdp.reward).max()) + summing


@identity("mdp-tuple", cases=state_rewards(), bound=state_reward_bound)
def state_reward_is_repeated_column(case: OnePolicy) -> tuple[Array, Array]:
    """A reward r(s) is the reward r(s, a) = r(s): η = Σ_s ρ(s) r(s)."""
    reward = case.mdp.reward[:, 0]
    return performance(case.mdp, case.policy), unnormalised_visitation(case.mdp, case.policy) @ reward


@identity("q-v-a-definitions", cases=state_rewards())
def state_reward_cancels_in_advantage(case: OnePolicy) -> tuple[Array, Array]:
    """With r(s) the first reward is the same constant in Q and V: A(s, a) = γ Σ_s' (P(s'|s, a) − P_π(s'|s)) V(s')."""
    mdp, policy = case.mdp, case.policy
    chain = policy_transition(mdp, policy)
    values = solve(convert(np.eye(mdp.states, dtype=int), mdp.arithmetic) - mdp.discount * chain, mdp.reward[:, 0])
    return advantages(mdp, policy), mdp.discount * ((mdp.transition - chain[:, None, :]) @ values)


@counterexample("mdp-tuple")
def real_valued_kernel_breaks_the_value_bound() -> Counterexample:
    """P: S×A×S → ℝ is not enough: with P(s|s, a) = 2 a reward of 1 is worth more than rewards of 1 can be."""
    gamma, kernel = exact("1/4").item(), exact([[2]])
    identity_matrix = exact([[1]])
    return Counterexample(
        "one state, P(s|s, a) = 2, r = 1, γ = 1/4",
        ("V = r/(1 − γP)", solve(identity_matrix - gamma * kernel, exact([1]))[0]),
        ">",
        ("max r/(1 − γ)", performance(constant_reward("1/4"), exact([[1]]))),
    )


@fact("mdp-tuple")
def constructor_refuses_what_is_no_process() -> tuple[str, ...]:
    """Rows must be distributions and γ in [0, 1): 0 is allowed, 1 and a kernel of mass 2 are refused."""
    process = constant_reward(0)
    assert performance(process, exact([[1]])) == 1
    refusals = []
    for change in ({"transition": exact([[[2]]])}, {"discount": exact(1).item()}, {"discount": exact("-1/2").item()}):
        try:
            replace(process, **change)
        except InvalidMDPError as error:
            refusals.append(str(error))
    assert len(refusals) == 3, refusals
    return tuple(refusals)


@identity("policy-definition", cases=two_policies())
def mixtures_and_softmax_are_policies(case: TwoPolicies) -> tuple[Array, Array]:
    """Σₐ π(a|s) = 1 holds for a mixture of two policies and for the softmax of any logits, here of the rewards."""
    quarter = exact("1/4").item()
    mixture, smooth = (1 - quarter) * case.old + quarter * case.new, softmax(case.mdp.reward)
    assert np.all(mixture >= 0)
    assert np.all(smooth > 0)
    sums = np.stack([ball(mixture).sum(axis=-1), ball(smooth).sum(axis=-1)])
    return sums, ball(np.ones(sums.shape, dtype=int))


@counterexample("policy-definition")
def values_in_the_unit_interval_are_not_enough() -> Counterexample:
    """π: S×A → [0, 1] alone allows π = (1, 1): the "policy" would collect both rewards at once."""
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[1, 1]]), exact([1]), exact(0).item())
    table = exact([[1, 1]])
    return Counterexample(
        "one state, two actions that pay 1, γ = 0, π = (1, 1)",
        ("Σₐ π(a) r(a)", (table * mdp.reward).sum()),
        ">",
        ("maxₐ r(a)", np.max(mdp.reward)),
    )
