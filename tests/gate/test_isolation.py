"""Whatever an implementation does, the run goes on and says so."""

import importlib.util
import time
from pathlib import Path

import pytest
from policyproof.gate.check import run
from policyproof.gate.counterexample import decode_case
from policyproof.gate.profile import PROFILES
from policyproof.gate.sandbox import live_sandbox
from policyproof.gate.session import Limits
from policyproof.gate.target import Target, subject_of

FILE = Path(__file__).with_name("misbehaving.py")
SPECIFICATION = importlib.util.spec_from_file_location("misbehaving", FILE)
MISBEHAVING = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(MISBEHAVING)

FORMULA, WORLD, SAME, LASTING, INPUTS = (
    "gae-equals-td-error-sum",
    "gae-changes-no-global-state",
    "gae-same-inputs-same-bits",
    "gae-a-result-outlives-later-calls",
    "gae-leaves-its-inputs-unchanged",
)
AFTER = "lambda-returns-at-gamma-0-sees-one-reward"
LIMITS = Limits(seconds=1.5, first=1.5, memory=2**27)

EXPECTED = [
    ("Raises", FORMULA, "error", "RuntimeError: boom"),
    ("RaisesWithNothingToSay", FORMULA, "error", "UnprintableError"),
    ("RaisesBaseException", FORMULA, "error", "OddError"),
    ("RaisesGeneratorExit", FORMULA, "error", "GeneratorExit"),
    ("WrongShape", FORMULA, "error", "the seam states"),
    ("WrongDtype", FORMULA, "error", "not of real numbers"),
    ("Flags", FORMULA, "error", "not of real numbers"),
    ("Complex", FORMULA, "error", "not of real numbers"),
    ("Objects", FORMULA, "error", "not of real numbers"),
    ("Ragged", FORMULA, "error", "ValueError"),
    ("Nothing", FORMULA, "error", "not of real numbers"),
    ("GeneratorOfRows", FORMULA, "error", "not of real numbers"),
    ("Coroutine", FORMULA, "error", "not of real numbers"),
    ("ArrayThatRaises", FORMULA, "error", "MemoryError"),
    ("NotANumber", FORMULA, "violated", "got nan"),
    ("Infinite", FORMULA, "violated", "got inf"),
    ("Hangs", FORMULA, "timeout", "did not come back within 1.5 s"),
    ("Spins", FORMULA, "timeout", "did not come back within 1.5 s"),
    ("Deadlocks", FORMULA, "timeout", "did not come back within 1.5 s"),
    ("HangsWhenConverted", FORMULA, "timeout", "did not come back within 1.5 s"),
    ("WaitsForInput", FORMULA, "error", "EOFError"),
    ("Aborts", FORMULA, "crashed", "SIGABRT"),
    ("Segfaults", FORMULA, "crashed", "SIGSEGV"),
    ("Killed", FORMULA, "crashed", "SIGKILL"),
    ("Exits", FORMULA, "error", "SystemExit"),
    ("ExitsAtOnce", FORMULA, "crashed", "exit status 0"),
    ("Interrupts", FORMULA, "error", "KeyboardInterrupt"),
    ("RecursesForEver", FORMULA, "error", "RecursionError"),
    ("RecursesThroughTheStack", FORMULA, "crashed", "SIGSEGV"),
    ("EatsMemory", FORMULA, "crashed", "its memory grew"),
    ("AsksForTooMuchMemory", FORMULA, "error", "Error"),
    ("Babbles", FORMULA, "error", "printed more than"),
    ("BabblesForEver", FORMULA, "error", "printed more than"),
    ("LeaksThreads", WORLD, "violated", "threads"),
    ("ForksAndComesBackTwice", FORMULA, "violated", "expected"),
    ("ClosesEveryFile", FORMULA, "crashed", "the process ended"),
    ("OverwritesItsInputs", INPUTS, "violated", "inputs after and before"),
    ("ForcesItsInputsOpen", INPUTS, "violated", "inputs after and before"),
    ("ReturnsAnInput", LASTING, "violated", "result after and before"),
    ("ReturnsOneBuffer", LASTING, "violated", "result after and before"),
    ("Random", SAME, "violated", "second call and first"),
    ("RemembersTheLastCall", SAME, "violated", "second call and first"),
    ("DrawsFromTheGlobalGenerator", WORLD, "violated", "Python's random state"),
    ("ChangesTheErrorState", WORLD, "violated", "NumPy's error state"),
    ("ChangesTheWorkingDirectory", WORLD, "violated", "the working directory"),
]


LIKE_ANOTHER = (
    "RaisesGeneratorExit",
    "WrongDtype",
    "Flags",
    "Ragged",
    "Nothing",
    "Infinite",
    "Spins",
    "Killed",
    "BabblesForEver",
    "ForksAndComesBackTwice",
    "OverwritesItsInputs",
    "ReturnsOneBuffer",
    "RemembersTheLastCall",
    "ChangesTheErrorState",
)
"""Tried by night only: by day, another kind that goes the same way through the gate stands for them."""


def judged(kind, invariant):
    class Fake(getattr(MISBEHAVING, kind)):
        def lambda_returns(self, *batch, gamma, lam):
            return MISBEHAVING.right(*batch, gamma=gamma, lam=lam) + batch[1]

    target = Target(kind, subject_of(Fake, kind))
    with live_sandbox(target, 1) as sandbox:
        return run(sandbox, PROFILES["quick"], only=[invariant, AFTER], seed=1, limits=LIMITS)


KINDS = [
    pytest.param(*entry, id=entry[0], marks=[pytest.mark.nightly] if entry[0] in LIKE_ANOTHER else [])
    for entry in EXPECTED
]


@pytest.mark.parametrize(("kind", "invariant", "status", "says"), KINDS)
def test_misbehaviour_ends_in_its_verdict_with_the_case_and_the_run_goes_on(kind, invariant, status, says):
    report = judged(kind, invariant)
    verdicts = {verdict.invariant: verdict for verdict in report.verdicts}
    assert report.complete
    assert verdicts[AFTER].status == "holds"
    found = verdicts[invariant]
    assert (found.status, says in found.message) == (status, True), found.message
    assert decode_case(found.counterexample["case"]).truncated.any()


def test_every_kind_of_misbehaviour_is_expected():
    kinds = {name for name, kind in vars(MISBEHAVING).items() if isinstance(kind, type) and name != "Misbehaving"}
    assert kinds - {"Path"} == {entry[0] for entry in EXPECTED}


def test_a_case_that_comes_back_when_asked_again_is_no_time_out(tmp_path):
    flag = tmp_path / "stalled"

    class StallsOnce:
        def gae(self, *batch, gamma, lam):
            if batch[-1].any() and not flag.exists():
                flag.touch()
                time.sleep(3600)
            return MISBEHAVING.right(*batch, gamma=gamma, lam=lam)

    with live_sandbox(Target("StallsOnce", subject_of(StallsOnce, "StallsOnce")), 1) as sandbox:
        report = run(sandbox, PROFILES["quick"], only=FORMULA, seed=1, limits=LIMITS)
    assert flag.exists()
    assert [verdict.status for verdict in report.verdicts] == ["holds"]
