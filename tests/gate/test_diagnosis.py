"""The diagnosis names the planted bug, and none where there is none."""

import numpy as np
import pytest
from policyproof.gate.diagnosis import suspects
from policyproof.invariants.advantage.strategies import Trajectories
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject


@pytest.fixture(scope="module")
def case():
    """Two environments: one terminates, the other is cut off; every number but γ and λ is used once."""
    return Trajectories(
        rewards=np.array([[1.0, 2.0], [3.0, -1.0], [-2.0, 4.0]]),
        values=np.array([[5.0, 6.0], [-3.0, 7.0], [8.0, -4.0]]),
        next_values=np.array([[9.0, 10.0], [11.0, -5.0], [-6.0, 12.0]]),
        terminated=np.array([[False, False], [True, False], [False, False]]),
        truncated=np.array([[False, True], [False, False], [False, False]]),
        gamma=0.5,
        lam=0.5,
    )


def test_correct_code_is_not_accused(case):
    assert suspects("gae", Subject(oracle()), case).named == ()


def test_an_unknown_bug_is_called_unknown(case):
    class Odd:
        dtype = "float64"

        def gae(self, *batch, gamma, lam):
            return 1.5 * oracle().gae(*batch, gamma=gamma, lam=lam)

    assert suspects("gae", Subject(Odd()), case).named == ()


def test_code_that_raises_gets_no_diagnosis(case):
    class Broken:
        def gae(self, *batch, gamma, lam):
            raise ValueError

    assert suspects("gae", Subject(Broken()), case).named == ()
