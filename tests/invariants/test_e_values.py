"""E-values: fair bets where the hypothesis holds, and winning ones where it does not."""

from itertools import product
from math import exp, inf, log

import numpy as np
import pytest
from policyproof.invariants.e_values import (
    FALSE_ALARMS,
    LARGEST,
    TESTS,
    against_copies,
    against_table,
    against_tables,
    evidence,
)

TABLE = np.array([[0.5, 0.5, 0.0], [0.125, 0.25, 0.625]])


@pytest.mark.parametrize("row", [0, 1])
def test_the_expected_e_value_is_exactly_one_where_the_table_is_right(row):
    total = 0.0
    for outcomes in product(np.flatnonzero(TABLE[row]), repeat=6):
        total += float(np.prod(TABLE[row][list(outcomes)])) * exp(against_table([row] * 6, list(outcomes), TABLE))
    assert abs(total - 1) < 1e-12


def test_the_expected_e_value_of_copying_is_exactly_one_where_draws_are_independent():
    p = TABLE[1]
    total = sum(
        float(np.prod([p[x] * p[y] for x, y in pairs]))
        * exp(against_copies([x == y for x, y in pairs], [p[y] for _, y in pairs]))
        for pairs in product(product(range(3), repeat=2), repeat=3)
    )
    assert abs(total - 1) < 1e-12


def test_the_expected_e_value_of_policies_that_follow_each_other_is_exactly_one():
    tables = np.array([TABLE[1:], [[0.5, 0.25, 0.25]], [[0.25, 0.25, 0.5]]])
    times, total = np.array([0, 0, 1, 1, 2]), 0.0
    for outcomes in product(range(3), repeat=5):
        log_e = against_tables(times, np.zeros(5, int), np.array(outcomes), tables)
        total += float(np.prod(tables[times, 0, list(outcomes)])) * exp(log_e)
    assert abs(total - 1) < 1e-12


def test_the_policy_before_is_found_out_where_it_plays():
    tables, times = np.array([[[0.75, 0.25]], [[0.25, 0.75]]] * 32), np.repeat(np.arange(1, 64), 8)
    generator = np.random.default_rng(0)
    late = [generator.choice(2, p=tables[time - 1, 0]) for time in times]
    right = [generator.choice(2, p=tables[time, 0]) for time in times]
    rows = np.zeros(len(times), int)
    assert against_tables(times, rows, np.array(late), tables) > LARGEST
    assert against_tables(times, rows, np.array(right), tables) < 0


def test_right_draws_raise_no_alarm_and_one_in_twenty_is_a_promise():
    generator = np.random.default_rng(0)
    found = [against_table(np.ones(200, int), generator.choice(3, 200, p=TABLE[1]), TABLE) for _ in range(2000)]
    assert max(found) < LARGEST
    assert np.mean(np.array(found) >= log(20)) <= 0.05


@pytest.mark.parametrize("wrong", [[0.125, 0.375, 0.5], [0.25, 0.25, 0.5]])
def test_wrong_draws_are_found_out(wrong):
    generator = np.random.default_rng(0)
    found = [against_table(np.ones(2000, int), generator.choice(3, 2000, p=wrong), TABLE) for _ in range(50)]
    assert min(found) > LARGEST


def test_the_impossible_is_infinite_evidence():
    assert against_table([0], [2], TABLE) == inf
    assert not evidence(inf, "").holds


def test_a_copy_is_found_out_within_100_draws():
    assert against_copies([True] * 100, [0.5] * 100) > LARGEST


def test_the_threshold_leaves_one_false_alarm_in_a_thousand_million_runs():
    assert TESTS * exp(-LARGEST) <= FALSE_ALARMS * (1 + 1e-12)
    assert evidence(LARGEST, "").holds
    assert not evidence(LARGEST + 1e-9, "").holds
    assert evidence(-1e6, "").holds
