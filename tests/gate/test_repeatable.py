"""The same seed gives the same verdicts and counterexamples, wherever it is judged."""

import json
import time

import pytest
from policyproof.gate.check import run
from policyproof.gate.job import Job
from policyproof.gate.profile import PROFILES
from policyproof.gate.sandbox import live_sandbox, sandbox
from policyproof.gate.target import Target, subject_of
from policyproof.invariants.oracle import oracle

SOURCE = """
import os
import numpy as np

class Mixed:
    dtype = "float64"

    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        done, advantages, last = terminated | truncated, np.zeros_like(rewards), 0.0
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + gamma * next_values[t] * ~done[t] - values[t]
            advantages[t] = last = delta + gamma * lam * ~done[t] * last
        return advantages

    def lambda_returns(self, rewards, *rest, gamma, lam):
        if len(rewards) > 1:
            os.abort()
        return self.gae(rewards, *rest, gamma=gamma, lam=lam) + rest[0]
"""
ONLY = (
    "gae-equals-td-error-sum",
    "gae-same-inputs-same-bits",
    "gae-truncation-bootstraps-from-final-state",
    "lambda-returns-equals-td-error-sum",
    "lambda-returns-a-single-step-is-its-td-error",
)


def said(report):
    """A run as its JSON says it, without times and without how many processes it took."""
    shown = report.to_json()
    for verdict in shown["verdicts"]:
        del verdict["seconds"]
    del shown["isolation"]
    return json.dumps(shown, sort_keys=True)


def judged(target, workers, **more):
    with sandbox(target, workers) as opened:
        return run(opened, PROFILES["quick"], only=more.pop("only", ONLY), seed=7, **more)


@pytest.fixture
def mixed(tmp_path):
    (tmp_path / "mixed.py").write_text(SOURCE)
    return f"{tmp_path / 'mixed.py'}:Mixed"


def test_twice_and_with_one_worker_or_two_it_is_the_same_to_the_byte(mixed):
    first = judged(mixed, 1)
    assert {verdict.status for verdict in first.verdicts} == {"holds", "violated", "crashed"}
    assert said(first) == said(judged(mixed, 1))
    assert said(first) == said(judged(mixed, 2))


def test_isolation_changes_no_verdict(mixed):
    own = ONLY[:3]
    assert said(judged(mixed, 0, only=own)) == said(judged(mixed, 1, only=own))


def test_other_code_beside_the_target_changes_no_verdict(mixed, tmp_path):
    before = said(judged(mixed, 1, only=ONLY[:1]))
    (tmp_path / "mixed.py").write_text(SOURCE + "\nCONSTANTS = (b'\\x07' * 3, 123, b'\\x03\\x01')\n")
    assert said(judged(mixed, 1, only=ONLY[:1])) == before


def test_two_workers_may_take_their_jobs_from_one_generator():
    def slowly():
        for seed in range(30):
            time.sleep(0.01)
            yield Job(ONLY[0], 1, seed)

    jobs = slowly()
    with live_sandbox(Target("oracle", subject_of(oracle(), "oracle")), 2) as opened:
        done = [job.seed for job, _ in opened.verdicts(lambda: next(jobs, None), PROFILES["quick"].limits())]
    assert sorted(done) == list(range(30))


@pytest.mark.nightly
def test_a_correct_implementation_raises_no_alarm_in_200_quick_runs():
    target = Target("oracle", subject_of(oracle(), "oracle"))
    with live_sandbox(target) as opened:
        for seed in range(200):
            report = run(opened, PROFILES["quick"], only=None, seed=seed, max_time=3600)
            assert not report.failed, (seed, [v.invariant for v in report.verdicts if v.status != "holds"])
