from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.invariants.mdps import mdps
from policyproof.reference.arithmetic import Arithmetic, arithmetic_of, ball, exact, floating
from policyproof.reference.tabular_mdp import InvalidMDPError, InvalidPolicyError, TabularMDP, validate_policy

TRANSITION = [[[0.5, 0.5], [1, 0]], [[0, 1], [0.25, 0.75]]]
REWARD = [[1, -2], [0, 3]]
INITIAL = [1, 0]
NEEDED = "[..., S, A, S] is needed, all at least 1"


def process(arithmetic=Arithmetic.FLOAT, **changes):
    parts = {"transition": TRANSITION, "reward": REWARD, "initial": INITIAL, "discount": 0.5} | changes
    return TabularMDP(**{name: np.asarray(part, dtype=float) for name, part in parts.items()}).to(arithmetic)


def with_row(row):
    transition = np.array(TRANSITION, dtype=float)
    transition[0, 1] = row
    return transition


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"transition": with_row([0.6, 0.5])}, "row 0, 1 of transition sums to 1.1, not to 1"),
        ({"transition": with_row([1.5, -0.5])}, "transition[0, 1, 1] = -0.5 is negative"),
        ({"transition": with_row([np.nan, 0.5])}, "transition[0, 1, 0] = nan is not a finite number"),
        ({"transition": np.ones((2, 2))}, f"transition has shape (2, 2); {NEEDED}"),
        (
            {"transition": np.ones((2, 1, 3))},
            f"transition has shape (2, 1, 3); {NEEDED}",
        ),
        (
            {"transition": np.ones((0, 1, 0))},
            f"transition has shape (0, 1, 0); {NEEDED}",
        ),
        ({"reward": [[1, 2, 3]] * 2}, "reward has shape (2, 3); transition calls for [..., 2, 2]"),
        ({"reward": [[1, np.inf], [0, 0]]}, "reward[0, 1] = inf is not a finite number"),
        ({"initial": [1]}, "initial has shape (1,); transition calls for [..., 2]"),
        ({"initial": [0.5, 0.25]}, "initial sums to 0.75, not to 1"),
        ({"discount": 1}, "discount is 1.0, outside [0, 1): the infinite sum of rewards needs γ < 1"),
        ({"discount": -0.5}, "discount is -0.5, outside [0, 1): the infinite sum of rewards needs γ < 1"),
        ({"discount": np.nan}, "discount is nan, outside [0, 1): the infinite sum of rewards needs γ < 1"),
    ],
)
def test_what_is_no_process_is_refused_by_name(changes, message):
    with pytest.raises(InvalidMDPError) as refusal:
        process(**changes)
    assert str(refusal.value) == message


def test_leading_axes_that_do_not_broadcast_are_refused():
    with pytest.raises(InvalidMDPError, match="the leading axes do not broadcast"):
        process(reward=np.zeros((2, 2, 2)), initial=np.tile([1.0, 0], (3, 1)))


def test_floats_beside_rationals_are_refused():
    with pytest.raises(InvalidMDPError, match="floats stand beside exact numbers"):
        TabularMDP(exact(TRANSITION), floating(REWARD), exact(INITIAL), exact(0.5).item())


def test_rationals_must_sum_to_one_exactly():
    thirds = np.full((1, 1, 3), 1 / 3).repeat(3, axis=0)
    mdp = TabularMDP(thirds, np.zeros((3, 1)), np.full(3, 1 / 3), 0.5)
    with pytest.raises(InvalidMDPError, match="row 0, 0 of transition sums to 18014398509481983/18014398509481984"):
        mdp.to(Arithmetic.EXACT)
    mended = mdp.renormalised()
    assert mended.arithmetic is Arithmetic.EXACT
    assert np.all(mended.transition == exact("1/3").item())


def test_a_ball_that_may_sum_to_one_is_accepted():
    mdp = TabularMDP(ball([[["1/3", "1/3", "1/3"]]] * 3), ball([[0]] * 3), ball(["1/3"] * 3), ball("1/2").item())
    assert mdp.arithmetic is Arithmetic.BALL
    with pytest.raises(InvalidMDPError, match="sums to"):
        replace(mdp, initial=ball(["1/3", "1/3", "1/4"]))


def test_a_discount_of_zero_is_allowed():
    assert process(discount=0).discount == 0


def test_integers_join_the_arithmetic_of_the_rest():
    mdp = TabularMDP(np.array(TRANSITION), np.array(REWARD), np.array(INITIAL), 0.5)
    assert mdp.reward.dtype == np.float64
    mdp = TabularMDP(exact(TRANSITION), np.array(REWARD), np.array(INITIAL), 0)
    assert mdp.arithmetic is arithmetic_of(mdp.reward) is arithmetic_of(mdp.initial) is Arithmetic.EXACT


def test_a_process_cannot_be_changed():
    mdp = process()
    with pytest.raises(ValueError, match="read-only"):
        mdp.reward[0, 0] = 7
    with pytest.raises(FrozenInstanceError):
        mdp.discount = 0.9


def test_sizes_are_those_of_one_process():
    batch = process(transition=np.tile(TRANSITION, (3, 1, 1, 1)))
    assert (batch.states, batch.actions) == (2, 2)


@settings(max_examples=50, deadline=None)
@given(mdps())
def test_dyadic_processes_are_the_same_in_every_arithmetic(mdp):
    for arithmetic in Arithmetic:
        back = mdp.to(arithmetic)
        assert back.arithmetic is arithmetic
        assert np.array_equal(floating(back.transition), floating(mdp.transition))
        if arithmetic is Arithmetic.FLOAT:
            assert np.all(back.to(Arithmetic.EXACT).transition == mdp.transition)
            assert np.all(back.renormalised().transition == mdp.transition)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ([[0.5, 0.6], [1, 0]], "row 0 of policy sums to 1.1, not to 1"),
        ([[0.5, 0.5], [1.5, -0.5]], "policy[1, 1] = -0.5 is negative"),
        ([[0.5, 0.5], [np.nan, 1]], "policy[1, 0] = nan is not a finite number"),
        ([[1], [1]], "policy has shape (2, 1); this process needs [..., 2, 2]"),
    ],
)
def test_what_is_no_policy_is_refused_by_name(policy, message):
    with pytest.raises(InvalidPolicyError) as refusal:
        validate_policy(process(), np.asarray(policy, dtype=float))
    assert str(refusal.value) == message


def test_a_policy_of_another_arithmetic_is_refused():
    with pytest.raises(InvalidPolicyError, match="policy is not in float64"):
        validate_policy(process(), exact([[1, 0], [1, 0]]))
    with pytest.raises(InvalidPolicyError, match="policy is not in exact rationals"):
        validate_policy(process(Arithmetic.EXACT), np.array([[1.0, 0], [1, 0]]))
