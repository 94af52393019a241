"""pytest --policyproof TARGET, and parametrize_with_invariants."""

import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

GOOD = """
import numpy as np
import policyproof

class Good:
    dtype = "float64"
    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        advantages, following = np.zeros_like(rewards), 0
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + gamma * ~terminated[t] * next_values[t] - values[t]
            following = delta + gamma * lam * ~terminated[t] * ~truncated[t] * following
            advantages[t] = following
        return advantages
"""
TEST = (
    GOOD
    + """
@policyproof.parametrize_with_invariants(Good(), profile="quick", seed=0)
def test_invariants(check):
    check()
"""
)
BAD = GOOD.replace("~terminated[t] * ~truncated[t]", "~terminated[t]")


@pytest.fixture
def run_pytest(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)

    return run


def test_one_item_an_invariant(run_pytest, tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    done = run_pytest("--policyproof", "good.py:Good", "--policyproof-profile", "quick", "-v")
    assert done.returncode == 0, done.stdout
    assert "policyproof: targets good.py:Good; profile quick; seed 0" in done.stdout
    assert "gae-equals-td-error-sum PASSED" in done.stdout
    assert "19 passed" in done.stdout


def test_items_are_chosen_with_k_and_stand_beside_named_files(run_pytest, tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    done = run_pytest("--policyproof", "good.py:Good", "-k", "lambda-0 or other", "test_other.py")
    assert "2 passed, 18 deselected" in done.stdout


def test_a_violation_fails_with_its_case_and_diagnosis(run_pytest, tmp_path):
    (tmp_path / "bad.py").write_text(BAD)
    arguments = ("--policyproof", "bad.py:Good", "--policyproof-profile", "quick", "-k", "episodes", "--junitxml=j.xml")
    done = run_pytest(*arguments)
    assert done.returncode == 1
    assert "violated: gae-episodes-are-independent" in done.stdout
    assert "recursion-not-cut-at-truncation" in done.stdout
    failures = ET.parse(tmp_path / "j.xml").getroot().findall(".//testcase/failure")
    assert len(failures) == 1
    assert "smallest case found" in failures[0].text


def test_it_runs_under_xdist(run_pytest, tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    done = run_pytest("--policyproof", "good.py:Good", "--policyproof-profile", "quick", "-n", "2")
    assert done.returncode == 0, done.stdout
    assert "19 passed" in done.stdout


SKIPPING = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items[1:]:
        item.add_marker(pytest.mark.skip(reason="for today"))
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_session_that_judged_less_than_was_offered_fails(run_pytest, tmp_path, workers):
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "conftest.py").write_text(SKIPPING.replace("items[1:]", "items"))
    done = run_pytest("--policyproof", "good.py:Good", "--policyproof-profile", "quick", *workers)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "good.py:Good: none of the offered invariants ran" in done.stdout


def test_some_skipped_fail_the_session_unless_they_were_selected(run_pytest, tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "conftest.py").write_text(SKIPPING)
    done = run_pytest("--policyproof", "good.py:Good", "--policyproof-profile", "quick")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "good.py:Good: 1 of 19 offered invariants ran; the others were skipped or lost" in done.stdout
    (tmp_path / "conftest.py").unlink()
    done = run_pytest("--policyproof", "good.py:Good", "--policyproof-profile", "quick", "-k", "lambda-0")
    assert done.returncode == 0
    assert "1 of 19 offered invariants ran; as selected" in done.stdout


def test_a_crash_fails_one_test_and_the_header_shows_every_option(run_pytest, tmp_path):
    crash = "import os\n        if len(rewards) > 1: os.abort()\n        advantages, following"
    (tmp_path / "crash.py").write_text(GOOD.replace("advantages, following", crash, 1))
    options = ("--policyproof-profile", "quick", "--policyproof-seed", "5", "--policyproof-call-limit", "20")
    done = run_pytest("--policyproof", "crash.py:Good", *options, "-k", "a-single-step or lambda-0")
    assert "policyproof: targets crash.py:Good; profile quick; seed 5; call limit 20 s" in done.stdout
    assert "crashed: gae-at-lambda-0" in done.stdout
    assert "killed by SIGABRT" in done.stdout
    assert "1 failed, 1 passed" in done.stdout


def test_a_bad_target_is_a_usage_error(run_pytest):
    done = run_pytest("--policyproof", "nowhere.py:Good")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "there is no file" in done.stderr


def test_parametrize_makes_one_test_an_invariant(run_pytest, tmp_path):
    (tmp_path / "test_mine.py").write_text(TEST)
    done = run_pytest("-v", "test_mine.py")
    assert done.returncode == 0, done.stdout
    assert "test_invariants[gae-unmoved-by-a-potential] PASSED" in done.stdout
    (tmp_path / "test_mine.py").write_text(TEST.replace(GOOD, BAD))
    done = run_pytest("-k", "splitting", "test_mine.py")
    assert done.returncode == 1
    assert "smallest case found" in done.stdout


def test_a_parametrized_test_that_judges_nothing_fails(run_pytest, tmp_path):
    (tmp_path / "test_mine.py").write_text(TEST.replace("    check()", "    pass"))
    done = run_pytest("test_mine.py", "-k", "splitting")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "did not call check()" in done.stdout


def test_parametrized_tests_that_were_skipped_fail_the_session_unless_one_was_named(run_pytest, tmp_path):
    (tmp_path / "test_mine.py").write_text(TEST)
    (tmp_path / "conftest.py").write_text(SKIPPING)
    done = run_pytest("test_mine.py")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "test_mine.py::test_invariants: 1 of 19 offered invariants ran; the others were skipped" in done.stdout
    (tmp_path / "conftest.py").unlink()
    done = run_pytest("test_mine.py::test_invariants[gae-unmoved-by-a-potential]")
    assert done.returncode == 0
    assert "1 of 19 offered invariants ran; as selected" in done.stdout
