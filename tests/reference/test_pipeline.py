import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.pipeline.cases import performance_gradient, stepped
from policyproof.reference.arithmetic import Arithmetic, ball, exact, floating
from policyproof.reference.optimal_policy import optimal_policy
from policyproof.reference.pipeline import (
    actor_critic_step,
    conservative_policy_iteration,
    expected_critic_update,
    natural_policy_gradient,
    reinforce_gradient,
)
from policyproof.reference.policy_evaluation import performance, state_values
from policyproof.reference.policy_gradient import performance_gradient as differentiated_performance
from policyproof.reference.softmax import softmax
from policyproof.reference.tabular_mdp import InvalidPolicyError, TabularMDP

brief = settings(max_examples=30, deadline=None)
UNIT = 2.0**-53


def corridor():
    """s₀ {stay: 0, go: 0 → s₁}, s₁ {stay: 1, leave: 2 → s₀}, γ = 1/2."""
    return TabularMDP(
        exact([[[1, 0], [0, 1]], [[0, 1], [1, 0]]]),
        exact([[0, 0], [1, 2]]),
        exact([1, 0]),
        exact("1/2").item(),
    )


def evenly():
    return exact([["1/2", "1/2"]] * 2)


def test_reinforce_by_hand():
    # G = (1 + 2/2, 2); weights 2 − 1 and (1/2)(2 − 0); scores ±1/2
    gradient = reinforce_gradient(
        evenly(), [0, 1], [1, 0], exact([1, 2]), gamma=exact("1/2").item(), baseline=exact([1, 0])
    )
    assert (gradient == exact([["-1/2", "1/2"], ["1/2", "-1/2"]])).all()


def test_reinforce_refuses_by_name():
    half = exact("1/2").item()
    with pytest.raises(ValueError, match="shape"):
        reinforce_gradient(evenly(), [0], [1, 0], exact([1, 2]), gamma=half, baseline=exact([1, 0]))
    with pytest.raises(InvalidPolicyError):
        reinforce_gradient(2 * evenly(), [0], [1], exact([1]), gamma=half, baseline=exact([1, 0]))


@pytest.mark.parametrize(("done", "error"), [(False, "3/2"), (True, "-1/2")])
def test_actor_critic_step_by_hand(done, error):
    one, half = exact(1).item(), exact("1/2").item()
    step = actor_critic_step(
        evenly(), exact([1, 4]), (0, 1, half, 1, done), gamma=half, actor_rate=one, critic_rate=half
    )
    error = exact(error).item()
    assert (step.actor == exact([[-error / 2, error / 2], [0, 0]])).all()
    assert (step.critic == exact([error / 2, 0])).all()


@brief
@given(stepped(max_states=3))
def test_repeated_critic_updates_approach_the_solved_values(case):
    """After k updates with β = 1 the error is at most γᵏ times the first: power series against linear solve."""
    critic, truth = case.values, state_values(case.mdp, case.policy)
    for _ in range(6):
        critic = expected_critic_update(case.mdp, case.policy, critic, critic_rate=exact(1).item())
    assert abs(critic - truth).max() <= case.mdp.discount**6 * abs(case.values - truth).max()


def test_conservative_policy_iteration_stops_at_the_optimum():
    mdp = corridor()
    best = optimal_policy(mdp)
    policies, gains = conservative_policy_iteration(mdp, best, iterations=2)
    assert gains == [0, 0]
    assert all(performance(mdp, policy) == performance(mdp, best) for policy in policies)


@brief
@given(stepped(max_states=3, max_actions=3))
def test_natural_policy_gradient_adds_advantages_to_logits(case):
    """π ∝ π₀ exp(η ΣA/(1−γ)) by one softmax of the summed logits, in float64 within (64 + |exponent|) 32u each."""
    mdp = case.mdp.to(Arithmetic.FLOAT)
    step = float(1 - mdp.discount) / 4
    policies = natural_policy_gradient(mdp, floating(case.policy), step=step, iterations=2)
    logits = np.log(policies[0])
    for policy in policies[:-1]:
        values = state_values(mdp, policy)
        backup = mdp.reward + mdp.discount * mdp.transition @ values
        logits = logits + step / (1 - mdp.discount) * (backup - (policy * backup).sum(axis=1)[:, None])
    size = 64 + np.abs(logits).max() + np.abs(backup).max() * (1 + mdp.discount) / (1 - mdp.discount)
    assert (abs(policies[-1] - softmax(logits)) <= 32 * UNIT * size).all()


@brief
@given(stepped(max_states=3))
def test_two_ways_to_differentiate_the_performance_agree(case):
    jacobian = np.zeros((*case.policy.shape, case.policy.size), dtype=int) * case.step
    for state, action, other in np.ndindex(*case.policy.shape, case.mdp.actions):
        index = state * case.mdp.actions + other
        share = case.policy[state, action] * (int(action == other) - case.policy[state, other])
        jacobian[state, action, index] = share
    other_way = differentiated_performance(case.mdp, case.policy, jacobian)
    assert (np.asarray(other_way).ravel() == performance_gradient(case.mdp, case.policy).ravel()).all()


@brief
@given(stepped())
def test_loops_run_in_balls_as_in_rationals(case):
    enclosed = case.to(Arithmetic.BALL)
    balls, _ = conservative_policy_iteration(enclosed.mdp, enclosed.policy, iterations=1)
    rationals, _ = conservative_policy_iteration(case.mdp, case.policy, iterations=1)
    assert all(gap.contains(0) for gap in ball(balls[-1] - rationals[-1]).flat)


@pytest.mark.parametrize(
    "loop",
    [
        lambda mdp, policy: conservative_policy_iteration(mdp, policy, iterations=1),
        lambda mdp, policy: natural_policy_gradient(mdp, policy, step=exact(1).item(), iterations=1),
    ],
)
def test_loops_refuse_what_is_no_policy(loop):
    with pytest.raises(InvalidPolicyError, match="needs"):
        loop(corridor(), evenly()[:1])
