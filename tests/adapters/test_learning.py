"""A learning loop that reports, seen from outside."""

import threading

import numpy as np
import pytest
import torch
from policyproof.adapters._learning import reported


def test_it_waits_until_the_next_policy_is_asked_for():
    done = []

    def learn(report):
        for update in range(3):
            done.append(update)
            report(update)

    policies = reported(learn, 0)
    assert not done
    assert [(policy, list(done)) for policy in policies] == [(0, [0]), (1, [0, 1]), (2, [0, 1, 2])]


def test_an_error_of_the_loop_is_raised_where_it_is_heard():
    def learn(report):
        report("one")
        raise KeyError("two")

    policies = reported(learn, 0)
    assert next(policies) == "one"
    with pytest.raises(KeyError, match="two"):
        next(policies)


def test_who_leaves_early_leaves_no_thread_behind():
    before = threading.active_count()
    policies = reported(lambda report: [report(each) for each in range(9)], 0)
    next(policies)
    assert threading.active_count() == before + 1
    policies.close()
    assert threading.active_count() == before


def test_the_loop_and_its_listener_draw_from_generators_of_their_own(capsys):
    def learn(report):
        for _ in range(3):
            print("never seen")
            report((torch.rand(1).item(), np.random.random()))  # noqa: NPY002

    torch.manual_seed(5)
    alone = list(reported(learn, 1))
    beside = []
    for policy in reported(learn, 1):
        beside.append(policy)
        torch.rand(7)
    assert alone == beside != list(reported(learn, 2))
    expected = torch.rand(1, generator=torch.Generator().manual_seed(5))
    torch.manual_seed(5)
    list(reported(learn, 1))
    assert torch.rand(1) == expected
    assert not capsys.readouterr().out
