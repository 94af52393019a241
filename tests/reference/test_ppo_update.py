from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.ppo.cases import updates
from policyproof.reference.arithmetic import Arithmetic, ball, exact, floating, log, precision
from policyproof.reference.ppo import PPORollout, PPOSettings, entropy_gradient, minibatches, ppo_update

UNIT = 2.0**-53


def number(text):
    return exact(text).item()


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in ball(boxes - numbers).flat)


@settings(max_examples=40, deadline=None)
@given(updates())
def test_float_updates_lie_near_the_balls(case):
    """A minibatch step x ← x + α g(x) stretches an error by 1 + αL and adds 64 n u X.

    L = 2 max ρ max|Â| + 2 bounds the second derivatives of both losses, n counts the rows, X the size of the numbers.
    """
    enclosed = ppo_update(case.logits, case.critic, case.rollout, case.settings, case.orders)
    rounded = case.to(Arithmetic.FLOAT)
    floats = ppo_update(rounded.logits, rounded.critic, rounded.rollout, rounded.settings, rounded.orders)
    ratio, advantage = max(part.max() for part in floats.ratios), abs(floats.advantages).max()
    growth = (1 + rounded.rate * (2 * ratio * advantage + 2)) ** len(floats.ratios)
    size = 1 + ratio * advantage + max(abs(part).max() for part in (floats.logits, floats.critic, floats.targets))
    limit = 64 * case.orders.size * UNIT * size * growth
    for mine, boxes in ((floats.logits, enclosed.logits), (floats.critic, enclosed.critic)):
        with precision(256):
            error = floating(abs(ball(mine) - boxes))
        assert (error <= limit).all()


def test_one_sample_moves_both_tables_by_hand():
    # δ = 1 and π = (1/2, 1/2): up by 1/2 and down by 1/2; the critic from 0 by 2·1·β
    none, zero = np.array([[False]]), np.array([[0]])
    rollout = PPORollout(zero, zero, exact([[1]]), zero, ~none, none)
    numbers = PPOSettings(number("1/2"), number("1/2"), number("1/4"), number(1), number("1/4"), minibatch_size=1)
    result = ppo_update(exact([[0, 0]]), exact([0]), rollout, numbers, np.array([[0]]))
    assert encloses(result.logits, exact([["1/2", "-1/2"]]))
    assert encloses(result.critic, exact(["1/2"]))


def test_bonus_and_normalisation_enter_the_step():
    two, none = np.array([[0], [0]]), np.zeros((2, 1), dtype=bool)
    rollout = PPORollout(two, np.array([[0], [1]]), exact([[3], [1]]), two, ~none, none)
    plain = PPOSettings(number(0), number(0), number("1/4"), number(1), number(1), minibatch_size=2)
    logits, critic, order = exact([[0, 0]]), exact([0]), np.array([[0, 1]])
    # normalised advantages (1, −1): the mean of (1/2, −1/2) and −(−1/2, 1/2)
    normalised = ppo_update(logits, critic, rollout, replace(plain, normalise=True), order)
    assert encloses(normalised.logits, exact([["1/2", "-1/2"]]))
    bonus, uneven = replace(plain, entropy_coefficient=number(1)), log(exact([[3, 1]]))
    difference = (
        ppo_update(uneven, critic, rollout, bonus, order).logits
        - ppo_update(uneven, critic, rollout, plain, order).logits
    )
    assert encloses(difference, entropy_gradient(exact([["3/4", "1/4"]])))


def test_balls_that_lie_on_a_kink_are_refused():
    none, zero = np.array([[False]]), np.array([[0]])
    rollout = PPORollout(zero, zero, exact([[1]]), zero, ~none, none)
    numbers = PPOSettings(number(0), number(0), number(0), number(1), number(1), minibatch_size=1)
    with pytest.raises(ValueError, match="on a kink"):
        ppo_update(exact([[0, 0]]), exact([0]), rollout, numbers, np.array([[0]]))


def test_minibatches_are_a_partition_for_every_order_and_size():
    for order, size in product(permutations(range(4)), (1, 2, 3, 4, 9)):
        parts = minibatches(np.array(order), size=size)
        assert np.concatenate(parts).tolist() == list(order)
        assert all(len(part) == size for part in parts[:-1])


@pytest.mark.parametrize(("order", "size"), [([0, 0], 1), ([1, 2], 1), ([0, 1], 0)])
def test_minibatches_refuse_what_is_no_epoch(order, size):
    with pytest.raises(ValueError, match="an epoch needs"):
        minibatches(np.array(order), size=size)
