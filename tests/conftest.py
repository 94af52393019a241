"""What all tests share."""

import subprocess
import sys

import pytest
from policyproof.gate.judge import judge
from policyproof.invariants.subject import Subject

EXAMPLES_ON_CORRECT_CODE = pytest.StashKey[int]()


def pytest_addoption(parser):
    """How hard correct code is tried."""
    group = parser.getgroup("correct code")
    group.addoption("--seeds", type=int, default=1, help="How many seeds correct code is tried with.")
    group.addoption("--examples", type=int, default=8, help="How many cases an invariant and seed.")


def pytest_sessionfinish(session):
    """Hand what a worker of xdist has counted to the process that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tried"] = session.config.stash.get(EXAMPLES_ON_CORRECT_CODE, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Add what a worker has counted."""
    before = node.config.stash.get(EXAMPLES_ON_CORRECT_CODE, 0)
    node.config.stash[EXAMPLES_ON_CORRECT_CODE] = before + getattr(node, "workeroutput", {}).get("tried", 0)


def pytest_terminal_summary(terminalreporter, config):
    """Say on how many cases correct code raised no alarm."""
    if tried := config.stash.get(EXAMPLES_ON_CORRECT_CODE, 0):
        terminalreporter.write_line(f"{tried:,} examples on correct code")


@pytest.fixture
def raises_no_alarm(request):
    """Judge correct code by every invariant that it can be judged by; each has to hold."""

    def tried(correct, invariants):
        subject, options = Subject(correct), request.config.option
        for seed in range(1000, 1000 + options.seeds):
            for invariant in invariants:
                if not invariant.missing(subject):
                    trial = judge(invariant, subject, examples=options.examples, seed_=seed)
                    assert trial.status == "holds", (invariant.id, str(trial.case), trial.comparison, trial.error)
                    before = request.config.stash.get(EXAMPLES_ON_CORRECT_CODE, 0)
                    request.config.stash[EXAMPLES_ON_CORRECT_CODE] = before + trial.examples

    return tried


@pytest.fixture
def policyproof(tmp_path):
    """Run the command line in an empty folder, as a person would; returns the finished process."""

    def run(*arguments, cwd=tmp_path, **options):
        command = [sys.executable, "-m", "policyproof", *map(str, arguments)]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False, **options)

    return run
