"""The advantage invariants hold of correct code, and every variant is caught."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from policyproof.gate.judge import judge
from policyproof.invariants.advantage.strategies import trajectories
from policyproof.invariants.discovery import all_invariants
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject

CAPABILITIES = ("gae", "lambda_returns")
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability in CAPABILITIES]
ORACLE = oracle()
CI = 128


class Single:
    """The oracle's recursion in float32."""

    name = "oracle-float32"
    dtype = "float32"

    def gae(self, *batch, gamma, lam):
        rounded = [array.astype(np.float32) for array in batch[:3]]
        return ORACLE.gae(*rounded, *batch[3:], gamma=np.float32(gamma), lam=np.float32(lam))

    def lambda_returns(self, *batch, gamma, lam):
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)


@pytest.mark.parametrize("seed", [1000, 1001, 1002])
@pytest.mark.parametrize("correct", [ORACLE, Single()], ids=lambda correct: correct.dtype)
def test_correct_code_raises_no_alarm_in_a_third_of_100_000_trajectories(correct, seed):
    tried = 0
    for invariant in INVARIANTS:
        trial = judge(invariant, Subject(correct), examples=CI, seed_=seed)
        assert trial.status == "holds", (invariant.id, trial.case, trial.comparison, trial.error)
        tried += trial.instances
    assert 3 * tried >= 100_000


@settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck), deadline=None)
@given(trajectories("float32"))
def test_cases_are_what_the_seam_promises(case):
    ended, last = case.ended, len(case.rewards) - 1
    for t, n in np.ndindex(case.rewards.shape):
        here, final = case.values[t, n], case.next_values[t, n]
        if ended[t, n]:
            reset = {case.values[t + 1, n]} if t < last else set()
            assert len({here, final} | reset) == 2 + len(reset)
        elif t < last:
            assert final == case.values[t + 1, n]
    for array in (*case.batch[:3], np.array([case.gamma, case.lam], dtype=object)):
        for number in array.ravel():
            assert float(np.float32(int(number.p) / int(number.q))).as_integer_ratio() == (int(number.p), int(number.q))


@pytest.mark.parametrize(
    "corner",
    [
        lambda case: case.gamma == 0,
        lambda case: case.gamma == 1,
        lambda case: 0.99 < float(int(case.gamma.p) / int(case.gamma.q)) < 1,
        lambda case: case.lam == 0,
        lambda case: case.lam == 1,
        lambda case: len(case.rewards) == 1,
        lambda case: case.rewards.shape[1] == 1,
        lambda case: case.ended[-1].any(),
        lambda case: case.ended.all(),
        lambda case: not case.ended.any(),
        lambda case: (case.terminated & case.truncated).any(),
        lambda case: (np.abs(case.rewards) >= 10**6).any() and (np.abs(case.rewards) == 1).any(),
    ],
    ids=[
        "gamma-0", "gamma-1", "gamma-near-1", "lambda-0", "lambda-1", "one-step", "one-environment",
        "ends-on-the-last-step", "ends-everywhere", "ends-nowhere", "both-flags", "a-million-beside-one",
    ],
)  # fmt: skip
def test_corners_are_drawn_often(corner):
    drawn = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(trajectories("float32"))
    def draw(case):
        drawn.append(bool(corner(case)))

    draw()
    assert sum(drawn) >= len(drawn) / 40
