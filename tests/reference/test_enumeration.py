import numpy as np
from hypothesis import given, settings
from policyproof.claims.policy_gradient.cases import episodes
from policyproof.reference.arithmetic import ball, exact, sqrt
from policyproof.reference.enumeration import enumerate_trajectories
from policyproof.reference.mdp import finite_horizon_performance
from policyproof.reference.tabular_mdp import TabularMDP

brief = settings(max_examples=30, deadline=None)


@brief
@given(episodes())
def test_enumeration_sums_to_one_and_to_the_recursion(case):
    mdp = case.mdp
    chances, returns = exact(0).item(), exact(0).item()
    seen = set()
    for probability, states, actions in enumerate_trajectories(mdp, case.policy, case.horizon):
        assert probability > 0
        chances += probability
        returns += probability * mdp.reward[states[:-1], actions].sum()
        seen.add((*states, *actions))
    assert chances == 1
    assert returns == finite_horizon_performance(mdp, case.policy, case.horizon, gamma=1)
    assert len(seen) == sum(1 for _ in enumerate_trajectories(mdp, case.policy, case.horizon))


def test_enumeration_keeps_what_a_ball_cannot_rule_out():
    mdp = TabularMDP(ball([[[1], [1]]]), ball([[0, 1]]), ball([1]), ball("1/2").item())
    tiny = sqrt(ball(2)).item() ** 2 - 2
    found = list(enumerate_trajectories(mdp, np.array([[1 - tiny, tiny]]), 1))
    assert len(found) == 2
